import type { PaxRecord } from './pax-records.ts'
import { parsePaxRecords } from './pax-records.ts'
import { refuse } from './refuse.ts'
import { assertGlobalRecords, entryRecords, tarEntry, type EntryExtras, type TarEntry } from './tar-entry.ts'
import { BLOCK, paddingOf, parseTarHeader, type TarHeader } from './tar-header.ts'

/** Most bytes of a header that describes another: names and attributes, nothing that needs more. */
const MAX_EXTRA_BYTES = 1_048_576
/** GNU tar fills the last record with zeros; its records are 10 KiB unless told otherwise. */
const MAX_TRAILING_BYTES = 16 * 1_048_576

/** Who is told what a tar holds. What it throws ends the reading. */
export interface TarSink {
  /** A header of any kind was met: also those that only describe the next entry. */
  header(): void
  /** Records for all entries after them. */
  global(records: readonly PaxRecord[]): void
  /** An entry begins; `size` bytes of body follow. */
  entry(entry: TarEntry): void
  /** A part of the body, as it came: a view on the chunk that was pushed. */
  body(part: Buffer): void
  /** The body is complete. */
  entryEnd(): void
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
  #extra: { readonly type: string; readonly parts: Buffer[] } | undefined
  #extras: EntryExtras = {}
  #trailing = 0

  constructor(sink: TarSink) {
    this.#sink = sink
  }

  /** Takes the next bytes. @throws HostError `archive-unsafe` for what is no tar, or one that cannot be trusted */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
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
      this.#takeBlock(bytes.subarray(at, at + BLOCK))
      return at + BLOCK
    }
    const end = Math.min(bytes.length, at + BLOCK - this.#blockBytes)
    this.#block.set(bytes.subarray(at, end), this.#blockBytes)
    this.#blockBytes += end - at
    if (this.#blockBytes === BLOCK) {
      this.#blockBytes = 0
      this.#takeBlock(this.#block)
    }
    return end
  }

  #takeBlock(block: Buffer): void {
    const zeros = isZeros(block)
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
      if (Object.keys(this.#extras).length > 0) throw refuse('it ends where an entry must be')
      this.#state = 'last-block'
      return
    }
    this.#sink.header()
    const header = parseTarHeader(block)
    if ('xgLK'.includes(header.type)) this.#beginExtra(header)
    else this.#beginEntry(header)
  }

  #beginExtra(header: TarHeader): void {
    if (header.size > MAX_EXTRA_BYTES || header.size === 0)
      throw refuse('a header is empty or too large', header.name)
    this.#extra = { type: header.type, parts: [] }
    this.#begin('extra', header.size)
  }

  #beginEntry(header: TarHeader): void {
    const entry = tarEntry(header, this.#extras)
    this.#extras = {}
    this.#sink.entry(entry)
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
    const part = bytes.subarray(at, end)
    if (this.#state === 'body') this.#sink.body(part)
    // The chunk may be reused by whoever pushed it.
    else this.#extra?.parts.push(Buffer.from(part))
    this.#remaining -= end - at
    if (this.#remaining === 0) this.#endBody()
    return end
  }

  #endBody(): void {
    this.#state = 'padding'
    if (this.#padding === 0) this.#endPadding()
  }

  #skipPadding(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#padding)
    this.#padding -= end - at
    if (this.#padding === 0) this.#endPadding()
    return end
  }

  #endPadding(): void {
    this.#state = 'header'
    if (this.#afterPadding === 'entry') this.#sink.entryEnd()
    else this.#takeExtra()
  }

  #takeExtra(): void {
    const { type, parts } = this.#extra ?? { type: '', parts: [] }
    this.#extra = undefined
    const bytes = Buffer.concat(parts)
    if (type === 'g') {
      const records = parsePaxRecords(bytes)
      assertGlobalRecords(records)
      this.#sink.global(records)
      return
    }
    const key = type === 'x' ? 'pax' : type === 'L' ? 'longName' : 'longLink'
    if (this.#extras[key] !== undefined) throw refuse('two headers say the same of one entry')
    const value = type === 'x' ? entryRecords(bytes) : untilNul(bytes)
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

function untilNul(bytes: Buffer): string {
  const nul = bytes.indexOf(0)
  return bytes.toString('latin1', 0, nul === -1 ? bytes.length : nul)
}
