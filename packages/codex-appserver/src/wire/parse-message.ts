import { ProtocolError } from '../errors.ts'
import type { AnyNotification } from '../method-types.ts'
import { redactLine } from './redact-line.ts'

/** How requests are numbered: ours are integers, the server's may be strings too. */
export type RequestId = string | number

/** One message of the peer, told apart by its shape: the wire carries no `jsonrpc` member. */
export type Message =
  // The parsed frame itself: at ten thousand deltas a second a copy can be felt.
  | { readonly kind: 'notification'; readonly notification: AnyNotification }
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: RequestId; readonly result: unknown }
  | {
      readonly kind: 'error'
      readonly id: RequestId
      readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }
    }

/**
 * Reads one frame. Loose about everything that a newer server may add.
 * @throws ProtocolError for text that is no JSON object, or an object of no known shape.
 */
export function parseMessage(text: string): Message {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw nonsense(text, 'not a JSON object')
  const { id, method, params, result, error } = value as Record<string, unknown>
  if (typeof method === 'string') {
    if (id === undefined) return { kind: 'notification', notification: value as AnyNotification }
    if (!isRequestId(id)) throw nonsense(text, 'a request whose id is neither string nor number')
    return { kind: 'request', id, method, params }
  }
  if (!isRequestId(id)) throw nonsense(text, 'neither a method nor an id')
  if (error !== undefined && error !== null) return { kind: 'error', id, error: parseRpcError(text, error) }
  if (result === undefined) throw nonsense(text, 'a response with neither result nor error')
  return { kind: 'result', id, result }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, so it is not kept as a cause.
    throw nonsense(text, 'not JSON')
  }
}

function parseRpcError(text: string, error: unknown): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error as Record<string, unknown>
  if (typeof code !== 'number' || typeof message !== 'string')
    throw nonsense(text, 'an error without code or message')
  return { code, message, data }
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'number' || typeof id === 'string'
}

function nonsense(text: string, issue: string): ProtocolError {
  return new ProtocolError(redactLine(text), [issue])
}
