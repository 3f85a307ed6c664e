import type { JsonObject } from './json.ts'

// Misuse is told before anything is read or written. Limits keep every document far below what a server takes.

const MAX_WORD = 200
const MAX_METADATA_BYTES = 64 * 1024
const MAX_DATA_BYTES = 1024 * 1024
const MAX_MS = 30 * 24 * 60 * 60_000

/** Owners, names, pools, holders, workers: any text that is not empty and has no control characters. */
export function checkWord(field: string, value: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_WORD || /\p{Cc}/u.test(value))
    throw new TypeError(`expected ${field} to be a line of 1 to ${MAX_WORD} characters`)
  if (/\p{Surrogate}/u.test(value)) throw new TypeError(`expected ${field} to be well-formed text`)
  return value
}

/** Ids that callers choose. */
export function checkId(field: string, value: string): string {
  if (typeof value !== 'string' || !/^[\w.-]{1,128}$/.test(value) || /^\.+$/.test(value))
    throw new TypeError(`expected ${field} to be 1 to 128 letters, digits, '.', '_' or '-'`)
  return value
}

/** A number that counts: revisions, versions, fencing numbers. */
export function checkCount(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`expected ${field} to be a whole number, got ${String(value)}`)
  return value
}

export function checkMs(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_MS)
    throw new RangeError(`expected ${field} from 1 to ${MAX_MS} whole milliseconds, got ${String(value)}`)
  return value
}

/** As text; keys may hold any character, which is why no store keeps it as a document of its own. */
export function renderMetadata(value: JsonObject): string {
  return renderJson('metadata', value, MAX_METADATA_BYTES)
}

/** As text. */
export function renderData(value: JsonObject): string {
  return renderJson('data', value, MAX_DATA_BYTES)
}

function renderJson(field: string, value: JsonObject, maxBytes: number): string {
  if (typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`expected ${field} to be an object`)
  const text = JSON.stringify(value)
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw new RangeError(`expected ${field} of at most ${maxBytes} bytes, got ${bytes}`)
  return text
}
