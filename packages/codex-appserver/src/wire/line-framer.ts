import type { FrameReader } from '../transport/frame-channel.ts'

const NEWLINE = 0x0a

/** As much as a WebSocket frame may have. */
const MAX_LINE_BYTES = 128 * 1024 * 1024

/**
 * Cuts a byte stream into lines. Each byte is looked at once and copied at most once, however it was chunked, and
 * characters are decoded only when their line is whole, so a cut inside one does no harm.
 *
 * States: *within* a line (its parts are kept), and *skipping* the rest of a line that grew beyond the limit.
 */
export class LineFramer {
  readonly #reader: FrameReader
  readonly #maxLineBytes: number
  #parts: Buffer[] = []
  #length = 0
  #skipping = false

  constructor(reader: FrameReader, maxLineBytes = MAX_LINE_BYTES) {
    this.#reader = reader
    this.#maxLineBytes = maxLineBytes
  }

  push(chunk: Buffer): void {
    let start = 0
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start)
      if (newline === -1) break
      this.#endLine(chunk, start, newline)
      start = newline + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** The stream ended; what has no newline yet is half a message. */
  end(): void {
    if (this.#length > 0) this.#reader.unreadable(this.#drop(), 'a line without an end')
  }

  #endLine(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping) {
      this.#skipping = false
      return
    }
    if (this.#length === 0) {
      this.#emit(chunk.toString('utf8', start, end))
      return
    }
    if (this.#keep(chunk.subarray(start, end))) this.#emit(this.#take())
    // The last part may have been the one too many; the newline ends the skipping as well.
    this.#skipping = false
  }

  #emit(line: string): void {
    if (line.trim() !== '') this.#reader.frame(line)
  }

  /** False when the line is too long and was given up. */
  #keep(part: Buffer): boolean {
    if (this.#skipping) return false
    this.#parts.push(part)
    this.#length += part.length
    if (this.#length <= this.#maxLineBytes) return true
    this.#skipping = true
    this.#reader.unreadable(this.#drop(), `a line of more than ${String(this.#maxLineBytes)} bytes`)
    return false
  }

  #take(): string {
    const line = Buffer.concat(this.#parts, this.#length).toString('utf8')
    this.#drop()
    return line
  }

  /** Forgets the line; returns its beginning. */
  #drop(): string {
    const start = this.#parts[0]?.toString('utf8', 0, 1_000) ?? ''
    this.#parts = []
    this.#length = 0
    return start
  }
}
