import { isAscii } from 'node:buffer'
import type { TailLine } from './tail.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Lines are decoded so many bytes at once. A line is a part of the text of its block, which lives as long as any of its
 * lines: whoever keeps one line keeps no more than this besides.
 */
const BLOCK_BYTES = 4_096

const FIRST_HELD_BYTES = 256
/** What a line of this size needed is not kept for the next one. */
const KEPT_BYTES = 1024 * 1024

/**
 * Cuts bytes into lines, whatever pieces they come in. An unfinished line is held back, `maxLineBytes` of it at most:
 * of a longer one the rest is counted and dropped.
 */
export class LineCutter {
  readonly #maxLineBytes: number
  /** One piece of memory that grows: a line may come byte by byte. */
  #held = Buffer.alloc(0)
  #heldBytes = 0
  /** Where the unfinished line begins, and how long it is by now. */
  #lineStart = 0
  #lineBytes = 0
  #hasRestarted = false

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes
  }

  /** What comes next begins at `offset`. */
  goTo(offset: number): void {
    this.#drop(offset)
  }

  /** The lines that `chunk` ends. The memory of `chunk` may be used again afterwards. */
  add(chunk: Buffer): readonly TailLine[] {
    const lines: TailLine[] = []
    for (let at = 0; at < chunk.length;) {
      const end = this.#blockEnd(chunk, at)
      if (end > at && isAscii(chunk.subarray(at, end))) {
        this.#tellAscii(chunk.toString('latin1', at, end), lines)
        at = end
      } else {
        do at = this.#addLine(chunk, at, lines)
        while (at < end)
      }
    }
    return lines
  }

  /** Behind the last newline of a block of whole and plain lines; `at` when there is none. */
  #blockEnd(chunk: Buffer, at: number): number {
    if (this.#lineBytes > 0 || this.#hasRestarted || this.#maxLineBytes < BLOCK_BYTES) return at
    const newline = chunk.lastIndexOf(NEWLINE, Math.min(at + BLOCK_BYTES, chunk.length) - 1)
    return newline < at ? at : newline + 1
  }

  /** Whole lines, of which each character was a byte. Decoding them one by one costs five times as much. */
  #tellAscii(text: string, lines: TailLine[]): void {
    const begin = this.#lineStart
    for (let at = 0; at < text.length;) {
      const newline = text.indexOf('\n', at)
      const end = newline > at && text.charCodeAt(newline - 1) === RETURN ? newline - 1 : newline
      lines.push({ line: text.slice(at, end), offset: begin + newline + 1 })
      at = newline + 1
    }
    this.#lineStart = begin + text.length
  }

  /** One line, or what there is of it. @returns where the next one begins */
  #addLine(chunk: Buffer, at: number, lines: TailLine[]): number {
    const newline = chunk.indexOf(NEWLINE, at)
    const end = newline < 0 ? chunk.length : newline
    if (newline >= 0 && this.#lineBytes === 0 && end - at <= this.#maxLineBytes) {
      lines.push(this.#told(chunk, at, end, false))
      return end + 1
    }
    this.#hold(chunk.subarray(at, end))
    if (newline >= 0)
      lines.push(this.#told(this.#held, 0, this.#heldBytes, this.#lineBytes > this.#heldBytes))
    return newline < 0 ? end : end + 1
  }

  /** Forgets an unfinished line: what comes next is from the start of other content, and the next line says so. */
  restart(): void {
    this.#drop(0)
    this.#hasRestarted = true
  }

  #hold(piece: Buffer): void {
    this.#lineBytes += piece.length
    const wanted = Math.min(this.#heldBytes + piece.length, this.#maxLineBytes)
    if (wanted > this.#held.length) {
      const size = Math.max(wanted, FIRST_HELD_BYTES, Math.min(this.#held.length * 2, this.#maxLineBytes))
      const larger = Buffer.allocUnsafe(size)
      this.#held.copy(larger, 0, 0, this.#heldBytes)
      this.#held = larger
    }
    this.#held.set(piece.subarray(0, wanted - this.#heldBytes), this.#heldBytes)
    this.#heldBytes = wanted
  }

  /** The line that stands in `bytes` from `start` to `end`: what is unfinished is over. */
  #told(bytes: Buffer, start: number, end: number, isCut: boolean): TailLine {
    const length = this.#lineBytes === 0 ? end - start : this.#lineBytes
    const hasReturn = !isCut && end > start && bytes[end - 1] === RETURN
    const line = bytes.toString('utf8', start, hasReturn ? end - 1 : end)
    const offset = this.#lineStart + length + 1
    const truncated = this.#hasRestarted
    this.#drop(offset)
    this.#hasRestarted = false
    if (!truncated && !isCut) return { line, offset }
    return { line, offset, ...(truncated ? { truncated } : {}), ...(isCut ? { cut: isCut } : {}) }
  }

  #drop(lineStart: number): void {
    if (this.#held.length > KEPT_BYTES) this.#held = Buffer.alloc(0)
    this.#heldBytes = 0
    this.#lineStart = lineStart
    this.#lineBytes = 0
  }
}
