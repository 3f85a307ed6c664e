import type { TailLine } from './tail.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Cuts bytes into lines, whatever pieces they come in. An unfinished line is held back, `maxLineBytes` of it at most:
 * of a longer one the rest is counted and dropped.
 */
export class LineCutter {
  readonly #maxLineBytes: number
  #pieces: Uint8Array[] = []
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
    const kept = piece.subarray(0, Math.max(0, this.#maxLineBytes - this.#heldBytes))
    if (kept.length === 0) return
    // A copy: the chunk's memory may be used again, or be much larger than the piece.
    this.#pieces.push(Buffer.from(kept))
    this.#heldBytes += kept.length
  }

  #line(): TailLine {
    const bytes = Buffer.concat(this.#pieces)
    const isCut = this.#lineBytes > this.#heldBytes
    const end = !isCut && bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length
    const offset = this.#lineStart + this.#lineBytes + 1
    const truncated = this.#hasRestarted
    this.#drop(offset)
    this.#hasRestarted = false
    return {
      line: bytes.toString('utf8', 0, end),
      offset,
      ...(truncated ? { truncated } : {}),
      ...(isCut ? { cut: isCut } : {}),
    }
  }

  #drop(lineStart: number): void {
    this.#pieces = []
    this.#heldBytes = 0
    this.#lineStart = lineStart
    this.#lineBytes = 0
  }
}
