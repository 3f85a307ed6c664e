import { LineCutter } from '../tail-lines.ts'
import type { TailBatch } from '../tail-iterator.ts'

const NEWLINE = 0x0a

export interface TailNews {
  /** Those that have become whole. */
  readonly lines: TailBatch
  /** The last word of a program that does not follow. */
  readonly refusal?: string
}

/** Reads what `FOLLOW_PROGRAMS` say, whatever pieces it comes in. */
export class TailFrames {
  readonly #lines: LineCutter
  /** The beginning of a header. */
  #header = ''
  /** Bytes of the file that are still to come before the next header. */
  #left = 0

  constructor(maxLineBytes: number) {
    this.#lines = new LineCutter(maxLineBytes)
  }

  add(chunk: Buffer): TailNews {
    let found: TailBatch | undefined
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const piece = chunk.subarray(at, at + this.#left)
        const lines = this.#lines.add(piece)
        found = found === undefined ? lines : found.concat(lines)
        this.#left -= piece.length
        at += piece.length
        continue
      }
      const newline = chunk.indexOf(NEWLINE, at)
      const end = newline < 0 ? chunk.length : newline
      this.#header += chunk.toString('latin1', at, end)
      at = end + 1
      if (newline >= 0 && !this.#take()) return { lines: found ?? [], refusal: this.#header }
    }
    return { lines: found ?? [] }
  }

  /** False when it is no word of one that follows. */
  #take(): boolean {
    const [word, count] = this.#header.split(' ', 2)
    if (word === 'data') this.#left = Number(count)
    else if (word === 'at') this.#lines.goTo(Number(count))
    else if (word === 'restart') this.#lines.restart()
    else return false
    this.#header = ''
    return true
  }
}
