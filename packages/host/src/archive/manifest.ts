import { randomBytes } from 'node:crypto'
import { HostError } from '../errors.ts'

/** One path and all that tells whether it has changed since. Paths and targets are bytes, held as latin1. */
export interface ManifestEntry {
  /** Relative; the directory itself is the empty string. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink'
  /** Permission bits. */
  readonly mode: number
  /** 0 for what is no file. */
  readonly size: number
  /** Seconds since the epoch, with a fraction as fine as the machine tells it. */
  readonly mtime: string
  /** As `mtime`; nobody can set it back. */
  readonly ctime: string
  /** Device and number. Two entries with the same are hard links. */
  readonly inode: string
  readonly links: number
  /** What a symlink points to, where the machine tells it. */
  readonly target: string
}

/**
 * What a directory held at a moment. Kept with an archive, it lets the next one hold only what changed since; it is
 * some 120 bytes per entry.
 */
export interface Manifest {
  /** Names the state, 64 hexadecimal digits: an incremental archive names its base by it. */
  readonly id: string
  readonly entryCount: number
  /** Bytes of all files; a file with several names counts once for each. */
  readonly totalBytes: number
  /** In the order of the bytes of their paths, so that directories come before what they hold. */
  entries(): IterableIterator<ManifestEntry>
  /** For the store; `parseManifest` reads it. */
  toBytes(): Uint8Array
}

const MAGIC = 'x-manifest-1'
const TYPES = { f: 'file', d: 'directory', l: 'symlink' } as const
/** Of a line. */
export const MANIFEST_FIELDS = 9

/** A manifest as sorted lines: a line is the fields of one entry with NULs between, its path first. */
export class LineManifest implements Manifest {
  readonly id: string
  #lines: readonly string[] | (() => readonly string[])

  /** @param lines or what makes them when they are asked for: until then that may hold them in a smaller form */
  constructor(lines: readonly string[] | (() => readonly string[]), id = randomBytes(32).toString('hex')) {
    this.id = id
    this.#lines = lines
  }

  get lines(): readonly string[] {
    if (typeof this.#lines === 'function') this.#lines = this.#lines()
    return this.#lines
  }

  get entryCount(): number {
    return this.lines.length
  }

  get totalBytes(): number {
    return this.lines.reduce((sum, line) => sum + manifestEntry(line).size, 0)
  }

  *entries(): IterableIterator<ManifestEntry> {
    for (const line of this.lines) yield manifestEntry(line)
  }

  toBytes(): Uint8Array {
    return Buffer.from([MAGIC, this.id, ...this.lines].join('\0') + '\0', 'latin1')
  }
}

/** One line. NUL sorts before everything else, so that a directory comes before its entries. */
export function manifestLine(entry: ManifestEntry): string {
  const type = entry.type === 'symlink' ? 'l' : entry.type.charAt(0)
  return [
    entry.path,
    type,
    entry.mode.toString(8),
    entry.size,
    entry.mtime,
    entry.ctime,
    entry.inode,
    entry.links,
    entry.target,
  ].join('\0')
}

export function manifestEntry(line: string): ManifestEntry {
  const [
    path = '',
    type = '',
    mode = '',
    size = '',
    mtime = '',
    ctime = '',
    inode = '',
    links = '',
    target = '',
  ] = line.split('\0')
  return {
    path,
    type: TYPES[type as keyof typeof TYPES],
    mode: Number.parseInt(mode, 8),
    size: type === 'f' ? Number(size) : 0,
    mtime: nanoseconds(mtime),
    ctime: nanoseconds(ctime),
    inode,
    links: Number(links),
    target,
  }
}

/** GNU find writes ten digits, of which a file has nine. */
function nanoseconds(time: string): string {
  return time.replace(/(\.[0-9]{9})[0-9]+$/, '$1')
}

export function pathOfLine(line: string): string {
  return line.slice(0, line.indexOf('\0'))
}

/** Reads what `Manifest.toBytes` wrote. @throws HostError `io` for anything else */
export function parseManifest(bytes: Uint8Array): Manifest {
  const fields = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split('\0')
  const [magic, id = ''] = fields
  const isWhole = fields.pop() === '' && (fields.length - 2) % MANIFEST_FIELDS === 0
  if (magic !== MAGIC || !/^[0-9a-f]{64}$/.test(id) || !isWhole)
    throw new HostError('io', 'not a manifest of an archive')
  const lines: string[] = []
  for (let at = 2; at < fields.length; at += MANIFEST_FIELDS) {
    const line = fields.slice(at, at + MANIFEST_FIELDS)
    if (
      !/^[fdl]$/.test(line[1] ?? '') ||
      !/^[0-7]{1,4}$/.test(line[2] ?? '') ||
      !/^[0-9]{1,16}$/.test(line[3] ?? '')
    )
      throw new HostError('io', 'not a manifest of an archive')
    lines.push(line.join('\0'))
  }
  return new LineManifest(lines, id)
}

/** @returns the lines of any manifest, also of one that somebody else has made */
export function linesOf(manifest: Manifest): readonly string[] {
  return manifest instanceof LineManifest ? manifest.lines : [...manifest.entries()].map(manifestLine)
}
