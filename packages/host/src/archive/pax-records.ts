import { refuse } from './refuse.ts'

/** A pax keyword and its value; both are bytes, held as latin1. */
export type PaxRecord = readonly [key: string, value: string]

/** Digits of the longest length that a record may have. */
const LENGTH_DIGITS = 10

/**
 * Reads the records of a pax header, `<length> <key>=<value>\n` each.
 * @throws HostError `archive-unsafe` unless the bytes are records from the first to the last
 */
export function parsePaxRecords(bytes: Buffer): readonly PaxRecord[] {
  const records: PaxRecord[] = []
  for (let at = 0; at < bytes.length;) {
    const space = bytes.subarray(at, at + LENGTH_DIGITS + 1).indexOf(0x20)
    const digits = bytes.toString('latin1', at, at + Math.max(space, 0))
    const length = /^[1-9][0-9]*$/.test(digits) ? Number(digits) : 0
    const end = at + length
    const equals = bytes.indexOf(0x3d, at + space + 1)
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end - 1)
      throw refuse('a pax header is damaged')
    records.push([
      bytes.toString('latin1', at + space + 1, equals),
      bytes.toString('latin1', equals + 1, end - 1),
    ])
    at = end
  }
  return records
}

/** The bytes of a pax header. */
export function renderPaxRecords(records: readonly PaxRecord[]): Buffer {
  return Buffer.from(records.map(renderRecord).join(''), 'latin1')
}

/** The length counts its own digits. */
function renderRecord([key, value]: PaxRecord): string {
  const rest = key.length + value.length + 3
  let length = rest + String(rest).length
  if (String(length).length !== String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}
