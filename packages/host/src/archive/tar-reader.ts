import type { PaxRecord } from './pax-records.ts'
import { parsePaxRecords } from './pax-records.ts'
import { refuse } from './refuse.ts'
import { assertGlobalRecords, entryRecords, tarEntry, type EntryExtras, type TarEntry } from './tar-entry.ts'
import { BLOCK, paddingOf, parseTarHeader, type TarHeader } from './tar-header.ts'

/** Most bytes of a header that describes another: names and attributes, nothing that needs more. */
const MAX_EXTRA_BYTES = 1_048_576
/** GNU tar fills the last record with zeros; its records are 10 KiB unless told otherwise. */
const MAX_TRAILING_BYTES = 16 * 1_048_576

const NO_EXTRAS: EntryExtras = {}

/** Who is told what a tar holds. What it throws ends the reading. */
export interface TarSink {
  /** A header of any kind was met: also those that only describe the next entry. */
  header(): void
  /** Records for all entries after them. */
  global(records: readonly PaxRecord[]): void
  /**
   * An entry begins; `size` bytes of body follow. All headers that describe it stand from `start` up to `end` of the chunk
   * that was pushed, unless `start` is below 0: then they came in several.
   */
  entry(entry: TarEntry, start: number, end: number): void
  /** A part of the body, from `start` up to `end` of the chunk that was pushed. */
  body(bytes: Buffer, start: number, end: number): void
  /** The body is complete. */
  entryEnd(): void
  /** A part of what fills up the last block of a body, as `body`. Nobody checks that they are zeros. */
  padding?(bytes: Buffer, start: number, end: number): void
}

type State = 'header' | 'extra' | 'body' | 'padding' | 'last-block' | 'trailer'

/**
 * Reads a tar as it comes, in chunks of any size: ustar, pax, GNU's long names and base-256 numbers. It holds one
 * header at most, whatever the archive says, and bodies are passed on without a copy.
 *
 * States: `header` (a block that begins an entry or the end), `extra` (the body of a header that describes the next),
 * `body`, `padding` (after either body), `last-block` (the first of two blocks of zeros was met), `trailer` (nothing
 * but zeros may come, or with `joined` the next tar).
 */
export class TarReader {
  /** Several tars may follow each other, whole blocks of zeros between them. */
  joined = false
  readonly #sink: TarSink
  #state: State = 'header'
  #remaining = 0
  #padding = 0
  #afterPadding: 'entry' | 'extra' = 'extra'
  readonly #block = Buffer.alloc(BLOCK)
  #blockBytes = 0
  #extraType = ''
  /** Of a header that came in several chunks. */
  #parts: Buffer[] = []
  #extras: EntryExtras = NO_EXTRAS
  /** Where the headers of the next entry begin in the chunk, or -1. */
  #headersStart = -1
  #trailing = 0

  constructor(sink: TarSink) {
    this.#sink = sink
  }

  /** Takes the next bytes. @throws HostError `archive-unsafe` for what is no tar, or one that cannot be trusted */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#headersStart = -1
    for (let at = 0; at < bytes.length;) at = this.#step(bytes, at)
  }

  /** The stream has ended. @throws HostError `archive-unsafe` when the archive has not */
  end(): void {
    if (this.#state !== 'trailer' || this.#blockBytes > 0) throw refuse('it is cut')
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'header':
      case 'last-block':
        return this.#collectBlock(bytes, at)
      case 'extra':
      case 'body':
        return this.#passBody(bytes, at)
      case 'padding':
        return this.#skipPadding(bytes, at)
      case 'trailer':
        return this.joined ? this.#collectBlock(bytes, at) : this.#checkTrailer(bytes, at)
    }
  }

  #collectBlock(bytes: Buffer, at: number): number {
    if (this.#blockBytes === 0 && bytes.length - at >= BLOCK) {
      if (this.#extras === NO_EXTRAS) this.#headersStart = at
      this.#takeBlock(bytes, at)
      return at + BLOCK
    }
    const end = Math.min(bytes.length, at + BLOCK - this.#blockBytes)
    this.#block.set(bytes.subarray(at, end), this.#blockBytes)
    this.#blockBytes += end - at
    if (this.#blockBytes === BLOCK) {
      this.#blockBytes = 0
      this.#takeBlock(this.#block, 0)
    }
    return end
  }

  #takeBlock(bytes: Buffer, at: number): void {
    // Of a header the first byte is that of a name, which an old archive may have left empty.
    const zeros = bytes[at] === 0 && isZeros(bytes.subarray(at, at + BLOCK))
    if (this.#state === 'trailer') {
      this.#trailing += BLOCK
      if (this.#trailing > MAX_TRAILING_BYTES) throw refuse('something follows its end')
      if (zeros) return
      this.#state = 'header'
      this.#trailing = 0
    }
    if (this.#state === 'last-block') {
      if (!zeros) throw refuse('something follows a block that begins its end')
      this.#state = 'trailer'
      return
    }
    if (zeros) {
      if (this.#extras !== NO_EXTRAS) throw refuse('it ends where an entry must be')
      this.#state = 'last-block'
      return
    }
    this.#sink.header()
    const header = parseTarHeader(bytes, at)
    if (header.type === 'x' || 'gLK'.includes(header.type)) this.#beginExtra(header)
    else this.#beginEntry(header, at)
  }

  #beginExtra(header: TarHeader): void {
    if (header.size > MAX_EXTRA_BYTES || header.size === 0)
      throw refuse('a header is empty or too large', header.name)
    this.#extraType = header.type
    this.#begin('extra', header.size)
  }

  #beginEntry(header: TarHeader, at: number): void {
    const entry = tarEntry(header, this.#extras)
    this.#extras = NO_EXTRAS
    this.#sink.entry(entry, this.#headersStart, at + BLOCK)
    this.#begin('body', entry.size)
  }

  #begin(state: 'extra' | 'body', size: number): void {
    this.#remaining = size
    this.#padding = paddingOf(size)
    this.#afterPadding = state === 'body' ? 'entry' : 'extra'
    this.#state = state
    if (size === 0) this.#endBody()
  }

  #passBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#remaining)
    this.#remaining -= end - at
    if (this.#state === 'body') {
      if (end > at) this.#sink.body(bytes, at, end)
    } else if (this.#remaining > 0 || this.#parts.length > 0) {
      // The chunk may be reused by whoever pushed it.
      this.#parts.push(Buffer.from(bytes.subarray(at, end)))
    }
    if (this.#remaining > 0) return end
    if (this.#state === 'body') {
      this.#endBody()
      return end
    }
    if (this.#parts.length === 0) {
      this.#takeExtra(bytes, at, end)
    } else {
      const whole = Buffer.concat(this.#parts)
      this.#takeExtra(whole, 0, whole.length)
      this.#parts = []
    }
    this.#endBody()
    return end
  }

  #endBody(): void {
    this.#state = 'padding'
    if (this.#afterPadding === 'entry') this.#sink.entryEnd()
    if (this.#padding === 0) this.#state = 'header'
  }

  #skipPadding(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#padding)
    this.#padding -= end - at
    if (this.#afterPadding === 'entry') this.#sink.padding?.(bytes, at, end)
    if (this.#padding === 0) this.#state = 'header'
    return end
  }

  #takeExtra(bytes: Buffer, start: number, end: number): void {
    const type = this.#extraType
    if (type === 'g') {
      const records = parsePaxRecords(bytes, start, end)
      assertGlobalRecords(records)
      this.#sink.global(records)
      return
    }
    const key = type === 'x' ? 'pax' : type === 'L' ? 'longName' : 'longLink'
    if (this.#extras[key] !== undefined) throw refuse('two headers say the same of one entry')
    const value = type === 'x' ? entryRecords(bytes, start, end) : untilNul(bytes, start, end)
    this.#extras = { ...this.#extras, [key]: value }
  }

  #checkTrailer(bytes: Buffer, at: number): number {
    this.#trailing += bytes.length - at
    if (this.#trailing > MAX_TRAILING_BYTES || !isZeros(bytes.subarray(at)))
      throw refuse('something follows its end')
    return bytes.length
  }
}

const ZEROS = Buffer.alloc(65_536)

function isZeros(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length)
    if (!part.equals(ZEROS.subarray(0, part.length))) return false
  }
  return true
}

function untilNul(bytes: Buffer, start: number, end: number): string {
  const nul = bytes.indexOf(0, start)
  return bytes.toString('latin1', start, nul === -1 || nul > end ? end : nul)
}
