import { resolveLimits, type ArchiveLimits } from './archive-limits.ts'
import { decompress } from './decompress.ts'
import { leaveOnAbort } from './leave-on-abort.ts'
import { refuse } from './refuse.ts'
import { ArchiveHeaderReader } from './archive-header.ts'
import { safeEntryPath } from './safe-entry-path.ts'
import type { TarEntry } from './tar-entry.ts'
import { TarReader, type TarSink } from './tar-reader.ts'

/** One thing that an archive holds. */
export interface ArchiveEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'hard-link'
  /** Relative, as text; the directory itself is the empty string. */
  readonly path: string
  /** What a symlink points to, or the entry that a hard link is another name of; else empty. */
  readonly link: string
  /** Bytes of its body in the archive. */
  readonly size: number
  /** Which of the `needles` stand in its body, by their index. */
  readonly contains: readonly number[]
}

export interface ListArchiveOptions {
  /** Bytes to look for in the bodies: secrets that must not be there. @default none */
  readonly needles?: readonly Uint8Array[]
  readonly limits?: ArchiveLimits
  readonly signal?: AbortSignal
}

/**
 * Reads an archive through and tells what is in it, without unpacking anything. It is read to its end, or cancelled when
 * the loop is left. Memory: a few chunks, and the longest needle.
 * @throws HostError `archive-unsafe` for what is no archive, is cut or damaged, or has names that lead out; what the
 * source throws; the reason of `signal`
 * @throws TypeError for an empty needle
 */
export async function* listArchive(
  source: AsyncIterable<Uint8Array>,
  options: ListArchiveOptions = {},
): AsyncGenerator<ArchiveEntry> {
  const { needles = [], signal } = options
  const limits = resolveLimits(options.limits)
  if (needles.some(({ length }) => length === 0)) throw new TypeError('expected needles that are not empty')
  const lister = new Lister(limits, needles)
  const stop = signal ?? new AbortController().signal
  for await (const chunk of decompress(leaveOnAbort(source, stop), { maxRatio: limits.maxRatio, signal })) {
    lister.push(chunk.bytes)
    chunk.giveBack()
    yield* lister.take()
  }
  lister.end()
  yield* lister.take()
}

/** Collects the entries of a tar as their bodies end. */
class Lister implements TarSink {
  readonly #limits: Required<ArchiveLimits>
  readonly #needles: readonly Buffer[]
  readonly #overlap: number
  readonly #reader = new TarReader(this)
  readonly #header = new ArchiveHeaderReader()
  #found: ArchiveEntry[] = []
  #count = 0
  #bytes = 0
  #entry: TarEntry | undefined
  #contains = new Set<number>()
  /** The end of what was searched: a needle may lie across two chunks. */
  #tail: Buffer = Buffer.alloc(0)

  constructor(limits: Required<ArchiveLimits>, needles: readonly Uint8Array[]) {
    this.#limits = limits
    this.#needles = needles.map((needle) => Buffer.from(needle))
    this.#overlap = Math.max(0, ...this.#needles.map(({ length }) => length - 1))
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk)
  }

  end(): void {
    this.#reader.end()
  }

  take(): readonly ArchiveEntry[] {
    const found = this.#found
    this.#found = []
    return found
  }

  header(): void {
    this.#count += 1
    if (this.#count > this.#limits.maxEntries)
      throw refuse(`it has more than ${this.#limits.maxEntries} entries`)
  }

  global(records: readonly (readonly [string, string])[]): void {
    this.#header.take(records)
    this.#reader.joined = this.#header.header?.joined === true
  }

  entry(entry: TarEntry): void {
    this.#bytes += entry.sparseSize ?? entry.size
    if (this.#bytes > this.#limits.maxBytes) throw refuse(`it has more than ${this.#limits.maxBytes} bytes`)
    this.#entry = entry
    this.#contains = new Set()
    this.#tail = Buffer.alloc(0)
  }

  body(bytes: Buffer, start: number, end: number): void {
    if (this.#needles.length === 0) return
    // Put together, since the chunk may be reused by whoever pushed it.
    const text = Buffer.concat([this.#tail, bytes.subarray(start, end)])
    this.#needles.forEach((needle, index) => {
      if (!this.#contains.has(index) && text.includes(needle)) this.#contains.add(index)
    })
    this.#tail = text.subarray(Math.max(0, text.length - this.#overlap))
  }

  entryEnd(): void {
    const { type, path, link, size } = this.#entry as TarEntry
    this.#found.push({
      type,
      path: textOf(safeEntryPath(path, this.#limits.maxNameBytes)),
      link: textOf(link),
      size,
      contains: [...this.#contains].sort((one, other) => one - other),
    })
  }
}

function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
