import type { ServerMessage } from './terminal-messages.ts'

const MAX_SIDE = 1000

/** @returns `undefined` for what is no such message */
export function parseServerMessage(text: string): ServerMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const message = value as Readonly<Record<string, unknown>>
  switch (message['type']) {
    case 'screen':
      return isSide(message['columns']) && isSide(message['rows']) && isCount(message['bytes'])
        ? { type: 'screen', columns: message['columns'], rows: message['rows'], bytes: message['bytes'] }
        : undefined
    case 'resized':
      return isSide(message['columns']) && isSide(message['rows'])
        ? { type: 'resized', columns: message['columns'], rows: message['rows'] }
        : undefined
    case 'ended':
      return parseEnded(message)
    case 'failed':
      return parseFailed(message)
    default:
      return undefined
  }
}

function parseEnded({ exitCode, signal }: Readonly<Record<string, unknown>>): ServerMessage | undefined {
  if (exitCode !== null && typeof exitCode !== 'number') return undefined
  if (signal !== null && typeof signal !== 'string') return undefined
  return { type: 'ended', exitCode, signal }
}

function parseFailed({ message, remedy }: Readonly<Record<string, unknown>>): ServerMessage | undefined {
  if (typeof message !== 'string') return undefined
  return { type: 'failed', message, ...(typeof remedy === 'string' ? { remedy } : {}) }
}

function isSide(value: unknown): value is number {
  return isCount(value) && value >= 1 && value <= MAX_SIDE
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
