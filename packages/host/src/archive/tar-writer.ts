import { renderPaxRecords, type PaxRecord } from './pax-records.ts'
import type { TarEntry } from './tar-entry.ts'
import { BLOCK, paddingOf, renderTarHeader } from './tar-header.ts'

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

/**
 * The headers of an entry, those that describe it first. A sparse file keeps its map only in `pax`.
 * @param block takes the last of them, in place of a new one
 */
export function renderEntry(entry: TarEntry, dialect: TarDialect, block?: Buffer): readonly Buffer[] {
  const name = entry.path === '' ? './' : `./${entry.path}${entry.type === 'directory' ? '/' : ''}`
  // What a hard link names is an entry, so that it is spelt like one.
  const link = entry.type === 'hard-link' ? `./${entry.link}` : entry.link
  const type = TYPES[entry.type]
  const seconds = wholeSeconds(entry.mtime)
  const header = { name, link, mode: entry.mode, size: entry.size, mtime: seconds, type }
  if (dialect === 'gnu')
    return [...longName('L', name), ...longName('K', link), renderTarHeader(header, 'gnu', block)]
  const fitsOctal = /^[0-9]+$/.test(entry.mtime) && seconds <= MAX_OCTAL_TIME
  const records: PaxRecord[] = fitsOctal ? [] : [['mtime', entry.mtime]]
  if (name.length > NAME_BYTES) records.push(['path', name])
  if (link.length > NAME_BYTES) records.push(['linkpath', link])
  if (entry.sparseSize !== undefined) {
    records.push(['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'])
    records.push(['GNU.sparse.name', name], ['GNU.sparse.realsize', String(entry.sparseSize)])
  }
  const mtime = Math.max(0, Math.min(seconds, MAX_OCTAL_TIME))
  return [...paxHeader('x', records), renderTarHeader({ ...header, mtime }, 'ustar', block)]
}

/** Rounded down; by its digits, since a number has not enough of them. */
function wholeSeconds(time: string): number {
  const [whole = '', fraction = ''] = time.split('.')
  return whole.startsWith('-') && Number(fraction) > 0 ? Number(whole) - 1 : Number(whole)
}

/** A header whose records describe the next entry (`x`) or all after it (`g`); nothing without records. */
export function paxHeader(type: 'x' | 'g', records: readonly PaxRecord[]): readonly Buffer[] {
  if (records.length === 0) return []
  const body = renderPaxRecords(records)
  const header = { name: 'pax', link: '', mode: 0o600, size: body.length, mtime: 0, type }
  return [renderTarHeader(header, 'ustar'), body, Buffer.alloc(paddingOf(body.length))]
}

/** What ends a tar, filled up so that all of it is a whole number of `record` bytes. */
export function renderEnd(bytesBefore: number, record: number): Buffer {
  const rest = (bytesBefore + 2 * BLOCK) % record
  return Buffer.alloc(2 * BLOCK + (rest === 0 ? 0 : record - rest))
}

/** GNU's way: the name is the body of an entry of its own, with a NUL behind it. */
function longName(type: 'L' | 'K', name: string): readonly Buffer[] {
  if (name.length <= NAME_BYTES) return []
  const body = Buffer.from(`${name}\0`, 'latin1')
  const header = { name: '././@LongLink', link: '', mode: 0o600, size: body.length, mtime: 0, type }
  return [renderTarHeader(header, 'gnu'), body, Buffer.alloc(paddingOf(body.length))]
}
