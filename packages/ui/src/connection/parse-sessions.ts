import type { SessionSummary } from '@x/agents/conversation'

const STATES = ['starting', 'ready', 'failed', 'ended']

/** Reads a list of sessions. @returns `undefined` when it is none */
export function parseSessions(value: unknown): readonly SessionSummary[] | undefined {
  if (!Array.isArray(value)) return undefined
  const list: readonly unknown[] = value
  return list.every(isSummary) ? list : undefined
}

/** Whether it is what a list of sessions is made of. */
export function isSummary(value: unknown): value is SessionSummary {
  if (!isObject(value)) return false
  const { id, title, directory, createdAt, status } = value
  return (
    [id, title, directory].every((one) => typeof one === 'string') &&
    typeof createdAt === 'number' &&
    isObject(status) &&
    isStatus(status)
  )
}

function isStatus(status: Readonly<Record<string, unknown>>): boolean {
  const { state, fault, doing } = status
  if (!STATES.includes(state as string)) return false
  if (state === 'starting') return typeof doing === 'string'
  return state !== 'failed' || (isObject(fault) && typeof fault['message'] === 'string')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
