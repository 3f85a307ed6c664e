import type { Fault } from '@x/agents/conversation'
import type { TurnError } from '@x/codex-appserver'

const CHECK_ENDPOINT = "Check the endpoint's address, and that it can be reached from the worker."

/** What a person can do, by what Codex says went wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  unauthorized: "The key or login was refused. Check this session's login.",
  usageLimitExceeded: 'The usage limit of this login is reached. Wait for its reset, or use another login.',
  rateLimitExceeded: 'Too many requests. Wait a moment and try again.',
  serverOverloaded: 'The model is overloaded. Try again in a moment.',
  modelNotFound: 'The endpoint does not know this model, or its address is not the right one.',
  contextWindowExceeded: 'The conversation is too long for the model. Begin a new one.',
  sandboxError: 'The sandbox could not be set up on this machine.',
  httpConnectionFailed: CHECK_ENDPOINT,
  responseStreamConnectionFailed: CHECK_ENDPOINT,
  responseStreamDisconnected: 'The answer was cut off. Try again.',
  responseTooManyFailedAttempts: CHECK_ENDPOINT,
}

/** A turn's error in words for a person. The endpoint's own words are kept: they often name the cause best. */
export function translateError(error: TurnError): Fault {
  const info: unknown = error.codexErrorInfo
  const kind = typeof info === 'string' ? info : isRecord(info) ? (Object.keys(info)[0] ?? '') : ''
  const details = plainMessage(error.additionalDetails ?? '')
  // "Reconnecting... 1/5" has its cause in the details alone.
  const message = `${plainMessage(error.message)}${details === '' ? '' : ` (${details})`}`
  const remedy =
    remedyByStatus(message) ?? remedyByConnection(message) ?? REMEDIES[kind] ?? remedyByWords(message)
  return remedy === undefined ? { message } : { message, remedy }
}

/** Codex counts a refused key among the failed attempts; the status tells more than its own kind of error does. */
function remedyByStatus(message: string): string | undefined {
  const status = /\bstatus (\d{3})\b/.exec(message)?.[1]
  if (status === '401' || status === '403') return REMEDIES['unauthorized']
  if (status === '404') return REMEDIES['modelNotFound']
  if (status === '429') return REMEDIES['rateLimitExceeded']
  return undefined
}

/** Codex calls it a stream that was cut, also when none ever began. */
function remedyByConnection(message: string): string | undefined {
  return /error sending request|waiting for network/i.test(message) ? CHECK_ENDPOINT : undefined
}

function remedyByWords(message: string): string | undefined {
  if (/unauthori[sz]ed|invalid api key|incorrect api key/i.test(message)) return REMEDIES['unauthorized']
  if (/network|connect|dns|timed? ?out/i.test(message)) return CHECK_ENDPOINT
  return undefined
}

/** Codex passes an HTTP error's body on as it is; the sentence in it is what a person can read. */
function plainMessage(message: string): string {
  const start = message.indexOf('{')
  if (start < 0) return message
  try {
    const body: unknown = JSON.parse(message.slice(start))
    const inner = isRecord(body) && isRecord(body['error']) ? body['error']['message'] : undefined
    return typeof inner === 'string' && inner !== '' ? `${message.slice(0, start)}${inner}` : message
  } catch {
    return message
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
