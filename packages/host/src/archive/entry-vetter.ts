import type { ArchiveLimits } from './archive-limits.ts'
import { PathTable, type PathKind } from './path-table.ts'
import { refuse } from './refuse.ts'
import { safeEntryPath } from './safe-entry-path.ts'
import type { TarEntry } from './tar-entry.ts'

/** Targets of symlinks that a hard link may name; kept up to this many bytes. */
const MAX_LINK_MEMORY = 8 * 1_048_576
const MAX_ARCHIVES = 8_000
/** Bytes of all names and of what symlinks point to: so much for each entry that there may be, or this much altogether. */
const AVERAGE_NAME_BYTES = 256
const LEAST_NAME_BYTES = 1_048_576
const SLASH = 0x2f

export interface EntryVetterOptions {
  readonly limits: Required<ArchiveLimits>
  /** Names that differ in case only are one file there. */
  readonly foldsCase: boolean
}

/**
 * Decides what of an archive, or of a series of them, may be unpacked. It knows what lies where by then, and lets nothing
 * through that would touch anything but a new name in a directory that the archives themselves have made.
 */
export class EntryVetter {
  readonly #limits: Required<ArchiveLimits>
  readonly #foldsCase: boolean
  readonly #table = new PathTable()
  readonly #linkTargets = new Map<string, string>()
  #linkMemory = 0
  #generation = 0
  #entries = 0
  #bytes = 0
  #nameBytes = 0
  /** Known to be a directory, so are those above it; entries come in directories' order. */
  #knownParent = ''

  constructor(options: EntryVetterOptions) {
    this.#limits = options.limits
    this.#foldsCase = options.foldsCase
  }

  /** From now on the entries are those of the next archive of the series: they may replace what the last one made. */
  beginArchive(): void {
    this.#generation += 1
    if (this.#generation > MAX_ARCHIVES) throw refuse('too many archives in a row')
    this.#knownParent = ''
  }

  /** One more header or deletion, or directory that no entry has named. */
  count(): void {
    this.#entries += 1
    if (this.#entries > this.#limits.maxEntries)
      throw refuse(`it has more than ${this.#limits.maxEntries} entries`)
  }

  /** Tells what lies there from before the first archive. */
  register(path: string, kind: 'directory' | 'file' | 'symlink'): void {
    this.#table.set(this.#key(path), kind, this.#generation)
  }

  /** @returns the clean path; `isThere` tells whether something lies there that must be removed */
  vetDeletion(name: string): { readonly path: string; readonly isThere: boolean } {
    const path = safeEntryPath(name, this.#limits.maxNameBytes)
    if (path === '') throw refuse('it deletes everything')
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const kind = this.#kindOf(path.slice(0, slash))
      if (kind === undefined || kind === 'gone') {
        // It has gone with the directory, which is named before it.
        this.#forget(path)
        return { path, isThere: false }
      }
      if (!isDirectory(kind)) throw refuse('it deletes through what is no directory', path)
    }
    return { path, isThere: this.#forget(path) }
  }

  /**
   * @returns those of the paths that are directories now, with directories only above them, sorted: a program that is
   * given one of them ends there, and not behind a link that a later archive has put on its way
   */
  directoriesAmong(paths: Iterable<string>): readonly string[] {
    const found: string[] = []
    let known = ''
    for (const path of [...paths].sort()) {
      const end = this.#directoriesOnWay(path, commonDirectory(path, known))
      known = path.slice(0, end)
      if (end === path.length) found.push(path)
    }
    return found
  }

  /** @returns the entry as it may be unpacked: a clean relative path, plain permission bits */
  vet(entry: TarEntry): TarEntry {
    const path = safeEntryPath(entry.path, this.#limits.maxNameBytes)
    this.#bytes += entry.sparseSize ?? entry.size
    if (this.#bytes > this.#limits.maxBytes)
      throw refuse(`it has more than ${this.#limits.maxBytes} bytes`, path)
    this.#countName(path.length)
    const safe = { ...entry, path, mode: entry.mode & 0o777 }
    if (path === '') {
      if (entry.type !== 'directory') throw refuse('its root is no directory', entry.path)
      return safe
    }
    this.#makeParents(path)
    this.#assertFree(path, entry.type === 'directory')
    const linked = entry.type === 'hard-link' ? this.#vetHardLink(safe) : safe
    if (linked.type === 'symlink') this.#rememberSymlink(linked)
    const kind = linked.type === 'hard-link' ? 'file' : linked.type
    this.#table.set(this.#key(path), kind, this.#generation)
    return linked
  }

  #makeParents(path: string): void {
    const end = path.lastIndexOf('/')
    const parent = end === -1 ? '' : path.slice(0, end)
    if (parent === this.#knownParent) return
    // Within one archive nothing turns a directory into something else.
    const known = commonDirectory(parent, this.#knownParent)
    for (let slash = path.indexOf('/', known + 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash)
      const kind = this.#kindOf(above)
      if (kind === undefined || kind === 'gone') {
        // One long name makes as many as two thousand.
        this.count()
        this.#countName(above.length)
        this.#table.set(this.#key(above), 'implied', this.#generation)
      } else if (!isDirectory(kind)) throw refuse('an entry lies below what is no directory', path)
    }
    this.#knownParent = parent
  }

  /** What lies there is listed in the end, and the list is held. */
  #countName(bytes: number): void {
    this.#nameBytes += bytes
    if (this.#nameBytes > Math.max(LEAST_NAME_BYTES, AVERAGE_NAME_BYTES * this.#limits.maxEntries))
      throw refuse('its names are too long altogether')
  }

  /** @returns whether something lay there */
  #forget(path: string): boolean {
    const kind = this.#kindOf(path)
    if (kind === undefined || kind === 'gone') return false
    this.#table.set(this.#key(path), 'gone', this.#generation)
    return true
  }

  /** Up to where the path leads through directories. @param known up to here it is known to */
  #directoriesOnWay(path: string, known: number): number {
    let end = known
    while (end < path.length) {
      const slash = path.indexOf('/', end + 1)
      const next = slash === -1 ? path.length : slash
      if (!isDirectory(this.#kindOf(path.slice(0, next)))) break
      end = next
    }
    return end
  }

  #assertFree(path: string, becomesDirectory: boolean): void {
    const there = this.#table.get(this.#key(path))
    if (there === undefined || there.kind === 'gone') return
    if (isDirectory(there.kind) !== becomesDirectory) throw refuse('two entries have one name', path)
    if (there.kind !== 'implied' && there.generation === this.#generation)
      throw refuse('two entries have one name', path)
  }

  #vetHardLink(entry: TarEntry): TarEntry {
    const target = safeEntryPath(entry.link, this.#limits.maxNameBytes)
    const kind = this.#kindOf(target)
    for (let slash = target.indexOf('/'); slash !== -1; slash = target.indexOf('/', slash + 1)) {
      if (!isDirectory(this.#kindOf(target.slice(0, slash))))
        throw refuse('a hard link leads through what is no directory', entry.path)
    }
    if (kind === 'file') return { ...entry, link: target }
    // A second name of a symlink becomes a symlink of its own: whoever links to a link could be made to follow it.
    const link = kind === 'symlink' ? this.#linkTargets.get(this.#key(target)) : undefined
    if (link === undefined) throw refuse('a hard link leads to no file of the archive', entry.path)
    return { ...entry, type: 'symlink', link }
  }

  #rememberSymlink({ path, link }: TarEntry): void {
    if (link === '' || link.length > this.#limits.maxNameBytes || link.includes('\0'))
      throw refuse('a symlink points to nothing, or too far', path)
    this.#countName(link.length)
    this.#linkMemory += path.length + link.length
    if (this.#linkMemory <= MAX_LINK_MEMORY) this.#linkTargets.set(this.#key(path), link)
    else this.#linkTargets.delete(this.#key(path))
  }

  #kindOf(path: string): PathKind | undefined {
    return this.#table.get(this.#key(path))?.kind
  }

  /** Where case is folded, so are the two ways to write an accented letter. */
  #key(path: string): string {
    if (!this.#foldsCase) return path
    const text = Buffer.from(path, 'latin1').toString('utf8')
    const folded = text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
    return Buffer.from(folded, 'utf8').toString('latin1')
  }
}

function isDirectory(kind: PathKind | undefined): boolean {
  return kind === 'directory' || kind === 'implied'
}

/** Bytes of the deepest directory that is both or above both; 0 when that is the root. */
function commonDirectory(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let same = 0
  let slash = 0
  for (; same < length && a.charCodeAt(same) === b.charCodeAt(same); same += 1)
    if (a.charCodeAt(same) === SLASH) slash = same
  return isEnd(a, same) && isEnd(b, same) ? same : slash
}

/** A part of the path ends there. */
function isEnd(path: string, at: number): boolean {
  return at === path.length || path.charCodeAt(at) === SLASH
}
