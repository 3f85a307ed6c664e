import type { SessionSummary } from '@x/agents/conversation'
import { needsYou } from './session-state.ts'

export interface SessionGroup {
  readonly title: 'Needs you' | 'Running' | 'Others'
  readonly sessions: readonly SessionSummary[]
}

/** The sessions as the list shows them: what waits for a person first, then what runs, then the rest; newest first. */
export function groupSessions(sessions: readonly SessionSummary[], filter = ''): readonly SessionGroup[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found = newestFirst(sessions).filter(({ title, directory }) => {
    const text = `${title} ${directory}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const groups: readonly SessionGroup[] = [
    { title: 'Needs you', sessions: found.filter((one) => needsYou(one.status) > 0) },
    { title: 'Running', sessions: found.filter((one) => needsYou(one.status) === 0 && isBusy(one)) },
    { title: 'Others', sessions: found.filter((one) => needsYou(one.status) === 0 && !isBusy(one)) },
  ]
  return groups.filter((group) => group.sessions.length > 0)
}

export function newestFirst<T extends { readonly createdAt: number }>(sessions: readonly T[]): readonly T[] {
  return sessions.toSorted((one, other) => other.createdAt - one.createdAt)
}

function isBusy({ status }: SessionSummary): boolean {
  return status.state === 'starting' || (status.state === 'ready' && status.turn === 'running')
}
