import { HostError } from '../errors.ts'
import { ArchiveHeaderReader, type ArchiveHeader } from './archive-header.ts'
import type { EntryVetter } from './entry-vetter.ts'
import { HeaderBuffer } from './header-buffer.ts'
import { PassedOutput } from './passed-output.ts'
import type { PaxRecord } from './pax-records.ts'
import { refuse, showPath } from './refuse.ts'
import { renderSparseMap, SparseMapReader } from './sparse-map.ts'
import type { TarEntry } from './tar-entry.ts'
import { paddingOf } from './tar-header.ts'
import { TarReader, type TarSink } from './tar-reader.ts'
import { renderEnd, writeEntry, type TarDialect } from './tar-writer.ts'

/** GNU tar reads this much at once when it is told to take 128 blocks; a pipe holds as much. */
export const RECORD_BYTES = 65_536
const OWNER_MAY_ALL = 0o700
const MAX_NARROW_DIRECTORIES = 100_000
const MAX_DELETION_BYTES = 32 * 1_048_576

/**
 * Turns the tar of somebody we do not trust into one that may be unpacked: every header is read, judged and written anew,
 * in its old place where it has the old length; bodies pass as they came, without a copy. Headers come out before their
 * bodies are seen; the end comes out only after `end()`.
 */
export class TarSanitiser implements TarSink {
  /** What must be removed before anything is unpacked; complete as soon as there is output. */
  readonly deletions: string[] = []
  readonly #vetter: EntryVetter
  readonly #dialect: TarDialect
  readonly #narrow: Map<string, number>
  readonly #reader = new TarReader(this)
  readonly #output = new PassedOutput()
  readonly #headers = new HeaderBuffer()
  readonly #header = new ArchiveHeaderReader()
  #hasEnded = false
  #deletionBytes = 0
  #hasEntries = false
  /** The sparse file that is passed on, and its size once its map was read. */
  #sparse: { readonly entry: TarEntry; readonly map: SparseMapReader; size: number | undefined } | undefined
  /** What fills up the last block has been written: what came for that is dropped. */
  #ownPadding = false

  /**
   * @param narrow gets the modes of directories that their owner may not change; they come out open, so that they can
   * be filled, and whoever unpacks sets these modes in the end
   */
  constructor(vetter: EntryVetter, dialect: TarDialect, narrow: Map<string, number>) {
    this.#vetter = vetter
    this.#dialect = dialect
    this.#narrow = narrow
    vetter.beginArchive()
  }

  /** Known once there is output; `undefined` for a tar that is not ours. */
  get archiveHeader(): ArchiveHeader | undefined {
    return this.#header.header
  }

  /** The archive was read and judged to its end. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /**
   * @param chunk is written into
   * @returns what can be passed on: parts of the chunk, mostly
   * @throws HostError `archive-unsafe`
   */
  push(chunk: Buffer): readonly Buffer[] {
    this.#output.begin(chunk)
    this.#reader.push(chunk)
    return this.#output.take()
  }

  /** The stream has ended well. @returns the rest. @throws HostError `archive-unsafe` when the archive has not ended */
  end(): readonly Buffer[] {
    this.#reader.end()
    this.#beginEntries()
    this.#hasEnded = true
    this.#output.add(renderEnd(this.#output.total, RECORD_BYTES))
    return this.#output.take()
  }

  header(): void {
    this.#vetter.count()
  }

  global(records: readonly PaxRecord[]): void {
    if (this.#hasEntries) throw refuse('a header for all entries comes after the first')
    const deleted = this.#header.take(records)
    this.#reader.joined = this.#header.header?.joined === true
    for (const name of deleted) {
      this.#vetter.count()
      const { path, isThere } = this.#vetter.vetDeletion(name)
      this.#narrow.delete(path)
      if (!isThere) continue
      this.#deletionBytes += path.length
      if (this.#deletionBytes > MAX_DELETION_BYTES) throw refuse('it deletes too much')
      this.deletions.push(path)
    }
  }

  entry(entry: TarEntry, start: number, end: number): void {
    this.#beginEntries()
    const safe = this.#open(this.#vetter.vet(entry))
    if (safe.sparseSize === undefined) {
      this.#write(safe, start, end)
      return
    }
    if (this.#dialect === 'gnu')
      throw new HostError('unsupported', `a sparse file needs GNU tar to unpack: ${showPath(safe.path)}`)
    const map = new SparseMapReader(safe.path, safe.sparseSize, safe.size)
    this.#sparse = { entry: safe, map, size: undefined }
  }

  body(bytes: Buffer, start: number, end: number): void {
    const sparse = this.#sparse
    if (sparse === undefined || sparse.size !== undefined) {
      this.#output.keep(start, end)
      return
    }
    const { taken, map } = sparse.map.push(bytes.subarray(start, end))
    if (map === undefined) return
    // Written anew, so that what unpacks reads the very map that was checked.
    const head = renderSparseMap(map)
    sparse.size = head.length + map.reduce((sum, { length }) => sum + length, 0)
    this.#write({ ...sparse.entry, size: sparse.size }, -1, -1)
    this.#output.add(head)
    this.#output.keep(start + taken, end)
  }

  entryEnd(): void {
    if (this.#sparse === undefined) return
    const { entry, size } = this.#sparse
    if (size === undefined) throw refuse("a sparse file's map is cut", entry.path)
    this.#output.add(Buffer.alloc(paddingOf(size)))
    this.#sparse = undefined
    this.#ownPadding = true
  }

  padding(_bytes: Buffer, start: number, end: number): void {
    if (!this.#ownPadding) this.#output.blank(start, end)
  }

  /** Over the headers that came, when those stand together and are as long. */
  #write(entry: TarEntry, start: number, end: number): void {
    this.#ownPadding = false
    this.#headers.clear()
    writeEntry(this.#headers, entry, this.#dialect)
    const { written } = this.#headers
    if (start >= 0 && end - start === written.length) this.#output.replace(start, written)
    else this.#output.add(Buffer.from(written))
  }

  /** What must be removed is known now. */
  #beginEntries(): void {
    if (this.#hasEntries) return
    this.#hasEntries = true
    deleteBelow(this.#narrow, this.deletions)
  }

  #open(entry: TarEntry): TarEntry {
    if (entry.type !== 'directory') return entry
    this.#narrow.delete(entry.path)
    // Busybox passes by the directory in which it unpacks.
    const isLeftOut = this.#dialect === 'gnu' && entry.path === ''
    if ((entry.mode & OWNER_MAY_ALL) === OWNER_MAY_ALL && !isLeftOut) return entry
    this.#narrow.set(entry.path, entry.mode)
    if (this.#narrow.size > MAX_NARROW_DIRECTORIES)
      throw refuse('too many directories that their owner may not change', entry.path)
    return { ...entry, mode: entry.mode | OWNER_MAY_ALL }
  }
}

/** Forgets what has gone with a directory. */
function deleteBelow(paths: Map<string, unknown>, directories: readonly string[]): void {
  if (paths.size === 0 || directories.length === 0) return
  // What begins with the same bytes lies together.
  const sorted = [...paths.keys()].sort()
  for (const directory of directories) {
    const prefix = `${directory}/`
    for (let at = placeOf(prefix, sorted); sorted[at]?.startsWith(prefix) === true; at += 1)
      paths.delete(sorted[at] ?? '')
  }
}

/** Where the text is in what is sorted, or would be. */
function placeOf(text: string, sorted: readonly string[]): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < text) low = middle + 1
    else high = middle
  }
  return low
}
