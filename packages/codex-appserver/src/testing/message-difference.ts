import type { WireMessage } from './transcript.ts'

/**
 * How closely a client's message must be the recorded one.
 * `method`: the same method. `shape`: also the same fields with values of the same JSON types; what the client
 * *answers* must be equal. `exact`: everything equal, but for the numbers of requests.
 */
export type MessageComparison = 'method' | 'shape' | 'exact'

/** Lines that say where `actual` is not `expected`; empty when it is. */
export function messageDifference(
  expected: WireMessage,
  actual: WireMessage,
  comparison: MessageComparison,
): readonly string[] {
  const kinds = [kindOf(expected), kindOf(actual)]
  if (kinds[0] !== kinds[1]) return [`expected ${String(kinds[0])}`, `got ${String(kinds[1])}`]
  if (comparison === 'method') return []
  const isAnswer = expected['method'] === undefined
  const differences: string[] = []
  const compare = isAnswer || comparison === 'exact' ? 'values' : 'types'
  // An answer has the server's own number; the number of a request is the client's business.
  const ignored = isAnswer ? {} : { id: undefined }
  collect({ ...expected, ...ignored }, { ...actual, ...ignored }, '', compare, differences)
  return differences
}

/** Names a message for a person: `request thread/start`, `answer 3`. */
export function kindOf(message: WireMessage): string {
  const { id, method } = message
  if (typeof method === 'string') return `${id === undefined ? 'notification' : 'request'} ${method}`
  return `${message['error'] === undefined ? 'answer' : 'refusal'} ${JSON.stringify(id)}`
}

function collect(
  expected: unknown,
  actual: unknown,
  at: string,
  compare: 'values' | 'types',
  into: string[],
): void {
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)]))
      collect(expected[key], actual[key], at === '' ? key : `${at}.${key}`, compare, into)
    return
  }
  const same = compare === 'values' ? expected === actual : typeOf(expected) === typeOf(actual)
  if (!same) into.push(`${at}: expected ${shown(expected)}, got ${shown(actual)}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200)
}
