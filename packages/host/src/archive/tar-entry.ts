import type { PaxRecord } from './pax-records.ts'
import { parsePaxRecords } from './pax-records.ts'
import { refuse } from './refuse.ts'
import type { TarHeader } from './tar-header.ts'

/** One entry of a tar, all headers that describe it taken together. Names are bytes, held as latin1. */
export interface TarEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'hard-link'
  readonly path: string
  /** What a symlink points to, or the entry that a hard link is another name of; else empty. */
  readonly link: string
  readonly mode: number
  /** Bytes that follow in the archive. */
  readonly size: number
  /** Seconds since the epoch, with a fraction of up to nine digits. */
  readonly mtime: string
  /** A sparse file's size with its holes. Its body begins with the map of what is no hole (GNU format 1.0). */
  readonly sparseSize?: number
}

/** What the headers before an entry's own say about it. */
export interface EntryExtras {
  readonly pax?: readonly PaxRecord[]
  readonly longName?: string
  readonly longLink?: string
}

const TYPES: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '5': 'directory',
}
const SPECIAL: Readonly<Record<string, string>> = {
  '3': 'a device is in it',
  '4': 'a device is in it',
  '6': 'a FIFO is in it',
  S: 'an old kind of sparse file is in it',
}
const TIME = /^(-?[0-9]{1,15})(\.[0-9]*)?$/

/** @throws HostError `archive-unsafe` for devices, FIFOs, unknown kinds, and headers that contradict each other */
export function tarEntry(header: TarHeader, extras: EntryExtras): TarEntry {
  const said = saidBy(extras.pax)
  const path = said.sparseName ?? said.path ?? extras.longName ?? header.name
  // Archives of before 1988 have no type for directories.
  const oldDirectory = header.type === '0' && header.name.endsWith('/') && extras.pax === undefined
  const type = oldDirectory ? 'directory' : TYPES[header.type]
  if (type === undefined) throw refuse(SPECIAL[header.type] ?? 'an unknown kind of entry is in it', path)
  const size = wholeNumber(said.size, path) ?? header.size
  if (type !== 'file' && size !== 0) throw refuse('an entry has a body that must have none', path)
  const isLink = type === 'symlink' || type === 'hard-link'
  const entry = {
    type,
    path,
    link: isLink ? (said.linkpath ?? extras.longLink ?? header.link) : '',
    mode: header.mode,
    size,
    mtime: timeOf(said.mtime, header.mtime, path),
  }
  return said.isSparse ? { ...entry, sparseSize: sparseSizeOf(said, type, path) } : entry
}

/** What records say that matters here. */
interface Said {
  path?: string
  linkpath?: string
  size?: string
  mtime?: string
  isSparse: boolean
  sparseName?: string
  sparseMajor?: string
  sparseMinor?: string
  sparseSize?: string
}

function saidBy(records: readonly PaxRecord[] = []): Said {
  const said: Said = { isSparse: false }
  for (const [key, value] of records) {
    if (key === 'path' || key === 'linkpath' || key === 'size' || key === 'mtime') said[key] = value
    else if (key === 'GNU.sparse.name') said.sparseName = value
    else if (key === 'GNU.sparse.major') said.sparseMajor = value
    else if (key === 'GNU.sparse.minor') said.sparseMinor = value
    else if (key === 'GNU.sparse.realsize') said.sparseSize = value
    if (key.startsWith('GNU.sparse.')) said.isSparse = true
  }
  return said
}

/** Reads records that hold for all entries after them; those that name or measure an entry make no sense there. */
export function assertGlobalRecords(records: readonly PaxRecord[]): void {
  const odd = records.find(([key]) => ['path', 'linkpath', 'size'].includes(key) || key.startsWith('GNU.'))
  if (odd !== undefined) throw refuse(`a header for all entries has the key ${odd[0]}`)
}

/** A damaged header may be long: it is read whole, then looked at. @throws HostError `archive-unsafe` */
export function entryRecords(bytes: Buffer, start: number, end: number): readonly PaxRecord[] {
  const records = parsePaxRecords(bytes, start, end)
  for (const [key, value] of records) {
    const names = key === 'path' || key === 'linkpath' || key === 'GNU.sparse.name'
    if (names && (value === '' || value.includes('\0'))) throw refuse('a name is empty or has a NUL', value)
  }
  if (records.length > 1 && new Set(records.map(([key]) => key)).size !== records.length)
    throw refuse('a pax header says one thing twice')
  return records
}

function sparseSizeOf(said: Said, type: TarEntry['type'], path: string): number {
  const format = `${said.sparseMajor ?? '?'}.${said.sparseMinor ?? '?'}`
  const size = wholeNumber(said.sparseSize, path)
  if (type !== 'file' || format !== '1.0' || size === undefined || said.sparseName === undefined)
    throw refuse('a sparse file is of another kind than 1.0', path)
  return size
}

function wholeNumber(text: string | undefined, path: string): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw refuse('a size is no whole number', path)
  return value
}

function timeOf(text: string | undefined, seconds: number, path: string): string {
  if (text === undefined) return String(seconds)
  const [, whole, fraction = ''] = TIME.exec(text) ?? []
  if (whole === undefined) throw refuse('a time is none', path)
  const digits = fraction.slice(1, 10)
  return digits === '' ? whole : `${whole}.${digits}`
}
