import { refuse } from './refuse.ts'

/** A pax keyword and its value; both are bytes, held as latin1. */
export type PaxRecord = readonly [key: string, value: string]

/** Digits of the longest length that a record may have. */
const LENGTH_DIGITS = 10

/**
 * Reads the records of a pax header, `<length> <key>=<value>\n` each, from `start` up to `last`.
 * @throws HostError `archive-unsafe` unless the bytes are records from the first to the last
 */
export function parsePaxRecords(bytes: Buffer, start = 0, last = bytes.length): readonly PaxRecord[] {
  const records: PaxRecord[] = []
  for (let at = start; at < last;) {
    const space = endOfLength(bytes, at)
    const end = at + lengthBetween(bytes, at, space)
    const equals = bytes.indexOf(0x3d, space + 1)
    if (space === at || end > last || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end - 1)
      throw refuse('a pax header is damaged')
    records.push([bytes.toString('latin1', space + 1, equals), bytes.toString('latin1', equals + 1, end - 1)])
    at = end
  }
  return records
}

/** Where the blank behind the length is, or `at` when there are no such digits. */
function endOfLength(bytes: Buffer, at: number): number {
  let end = at
  while (isDigit(bytes[end]) && end - at <= LENGTH_DIGITS) end += 1
  const isNumber = bytes[at] !== 0x30 && end - at <= LENGTH_DIGITS && bytes[end] === 0x20
  return isNumber ? end : at
}

function lengthBetween(bytes: Buffer, at: number, end: number): number {
  let length = 0
  for (let index = at; index < end; index += 1) length = length * 10 + (bytes[index] ?? 0) - 0x30
  return length
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** What a pax header holds, as latin1. */
export function paxText(records: readonly PaxRecord[]): string {
  let text = ''
  for (const record of records) text += renderRecord(record)
  return text
}

/** The length counts its own digits. */
function renderRecord([key, value]: PaxRecord): string {
  const rest = key.length + value.length + 3
  let length = rest + String(rest).length
  if (String(length).length !== String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}
