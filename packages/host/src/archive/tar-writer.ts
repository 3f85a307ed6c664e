import type { HeaderBuffer } from './header-buffer.ts'
import { paxText, type PaxRecord } from './pax-records.ts'
import type { TarEntry } from './tar-entry.ts'
import { BLOCK, paddingOf, renderTarHeader, writeTarHeader, type TarHeader } from './tar-header.ts'

/** `pax` keeps nanoseconds and holes; `gnu` is what busybox reads. */
export type TarDialect = 'pax' | 'gnu'

const TYPES: Readonly<Record<TarEntry['type'], string>> = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  directory: '5',
}
const NAME_BYTES = 100
const MAX_OCTAL_TIME = 0o77777777777

/** Writes the headers of an entry, those that describe it first. A sparse file keeps its map only in `pax`. */
export function writeEntry(output: HeaderBuffer, entry: TarEntry, dialect: TarDialect): void {
  const name = entry.path === '' ? './' : `./${entry.path}${entry.type === 'directory' ? '/' : ''}`
  // What a hard link names is an entry, so that it is spelt like one.
  const link = entry.type === 'hard-link' ? `./${entry.link}` : entry.link
  const type = TYPES[entry.type]
  const mtime = wholeSeconds(entry.mtime)
  const header = { name, link, mode: entry.mode, size: entry.size, mtime, type }
  if (dialect === 'gnu') {
    writeLongName(output, 'L', name)
    writeLongName(output, 'K', link)
    writeHeader(output, header, 'gnu')
    return
  }
  const fitsOctal = mtime >= 0 && mtime <= MAX_OCTAL_TIME
  const records: PaxRecord[] = fitsOctal && !entry.mtime.includes('.') ? [] : [['mtime', entry.mtime]]
  if (name.length > NAME_BYTES) records.push(['path', name])
  if (link.length > NAME_BYTES) records.push(['linkpath', link])
  if (entry.sparseSize !== undefined) {
    records.push(['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'])
    records.push(['GNU.sparse.name', name], ['GNU.sparse.realsize', String(entry.sparseSize)])
  }
  if (records.length > 0) writePaxHeader(output, records)
  if (!fitsOctal) header.mtime = Math.max(0, Math.min(mtime, MAX_OCTAL_TIME))
  writeHeader(output, header, 'ustar')
}

function writeHeader(output: HeaderBuffer, header: TarHeader, magic: 'ustar' | 'gnu'): void {
  const at = output.grow(BLOCK)
  writeTarHeader(output.bytes, at, header, magic)
}

/** As `paxHeader` of type `x`: of every entry there is one, since times have fractions. */
function writePaxHeader(output: HeaderBuffer, records: readonly PaxRecord[]): void {
  const text = paxText(records)
  const header = PAX_HEADERS[text.length]
  if (header === undefined) writeHeader(output, paxHeaderOf('x', text.length), 'ustar')
  else output.add(header)
  writeText(output, text)
}

/** Latin1, filled up to a full block. */
function writeText(output: HeaderBuffer, text: string): void {
  const size = text.length + paddingOf(text.length)
  const at = output.grow(size)
  output.bytes.write(text, at, 'latin1')
  output.bytes.fill(0, at + text.length, at + size)
}

/** Rounded down; by its digits, since a number has not enough of them. */
function wholeSeconds(time: string): number {
  const point = time.indexOf('.')
  if (point === -1) return Number(time)
  const whole = Number(time.slice(0, point))
  return time.startsWith('-') && Number(time.slice(point + 1)) > 0 ? whole - 1 : whole
}

/** A header whose records describe the next entry (`x`) or all after it (`g`); nothing without records. */
export function paxHeader(type: 'x' | 'g', records: readonly PaxRecord[]): readonly Buffer[] {
  if (records.length === 0) return []
  const body = Buffer.from(paxText(records), 'latin1')
  return [
    renderTarHeader(paxHeaderOf(type, body.length), 'ustar'),
    body,
    Buffer.alloc(paddingOf(body.length)),
  ]
}

function paxHeaderOf(type: 'x' | 'g', size: number): TarHeader {
  return { name: 'pax', link: '', mode: 0o600, size, mtime: 0, type }
}

/** By the size of what they head: nearly all entries have one of few sizes. */
const PAX_HEADERS: readonly Buffer[] = Array.from({ length: 48 }, (_, size) =>
  renderTarHeader(paxHeaderOf('x', size), 'ustar'),
)

/** What ends a tar, filled up so that all of it is a whole number of `record` bytes. */
export function renderEnd(bytesBefore: number, record: number): Buffer {
  const rest = (bytesBefore + 2 * BLOCK) % record
  return Buffer.alloc(2 * BLOCK + (rest === 0 ? 0 : record - rest))
}

/** GNU's way: the name is the body of an entry of its own, with a NUL behind it. */
function writeLongName(output: HeaderBuffer, type: 'L' | 'K', name: string): void {
  if (name.length <= NAME_BYTES) return
  const header = { name: '././@LongLink', link: '', mode: 0o600, size: name.length + 1, mtime: 0, type }
  writeHeader(output, header, 'gnu')
  writeText(output, `${name}\0`)
}
