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

  /** The lines that `chunk` ends. All of them must be taken before more is added. */
  *add(chunk: Uint8Array): Generator<TailLine, void> {
    for (let at = 0; at < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, at)
      const end = newline < 0 ? chunk.length : newline
      this.#hold(chunk.subarray(at, end))
      if (newline < 0) return
      at = end + 1
      yield this.#line()
    }
  }

  /** Forgets an unfinished line: what comes next is from the start of other content, and the next line says so. */
  restart(): void {
    this.#drop(0)
    this.#hasRestarted = true
  }

  #hold(piece: Uint8Array): void {
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

  #line(): TailLine {
    const isCut = this.#lineBytes > this.#heldBytes
    const hasReturn = !isCut && this.#heldBytes > 0 && this.#held[this.#heldBytes - 1] === RETURN
    const line = this.#held.toString('utf8', 0, hasReturn ? this.#heldBytes - 1 : this.#heldBytes)
    const offset = this.#lineStart + this.#lineBytes + 1
    const truncated = this.#hasRestarted
    this.#drop(offset)
    this.#hasRestarted = false
    return {
      line,
      offset,
      ...(truncated ? { truncated } : {}),
      ...(isCut ? { cut: isCut } : {}),
    }
  }

  #drop(lineStart: number): void {
    if (this.#held.length > KEPT_BYTES) this.#held = Buffer.alloc(0)
    this.#heldBytes = 0
    this.#lineStart = lineStart
    this.#lineBytes = 0
  }
}
