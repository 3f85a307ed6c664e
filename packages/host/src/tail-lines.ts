import type { TailLine } from './tail.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

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
      const newline = chunk.indexOf(NEWLINE, at)
      const end = newline < 0 ? chunk.length : newline
      const isWhole = newline >= 0 && this.#lineBytes === 0 && end - at <= this.#maxLineBytes
      if (isWhole) {
        lines.push(this.#told(chunk, at, end, false))
      } else {
        this.#hold(chunk.subarray(at, end))
        if (newline < 0) break
        lines.push(this.#told(this.#held, 0, this.#heldBytes, this.#lineBytes > this.#heldBytes))
      }
      at = end + 1
    }
    return lines
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
