import { HostError } from '../errors.ts'
import type { RunningScript } from './ssh-files-stream.ts'
import { untilAborted } from './until-aborted.ts'

const NEWLINE = 0x0a

/** What a script that follows a file says: lines, and pieces of the file between them. One question at a time. */
export class TailOutput {
  readonly #script: RunningScript
  readonly #file: string
  readonly #signals: readonly AbortSignal[]
  readonly #chunks: AsyncIterator<Buffer, void>
  #unread: Buffer = Buffer.alloc(0)

  /** @param signals each ends a wait, with its reason */
  constructor(script: RunningScript, file: string, signals: readonly AbortSignal[]) {
    this.#script = script
    this.#file = file
    this.#signals = signals
    this.#chunks = script.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer, void>
  }

  /** The next line. @throws HostError `io` when the script has ended; what a signal says */
  async line(): Promise<string> {
    const parts: Buffer[] = []
    for (;;) {
      const end = this.#unread.indexOf(NEWLINE)
      if (end >= 0) {
        parts.push(this.#unread.subarray(0, end))
        this.#unread = this.#unread.subarray(end + 1)
        return parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString()
      }
      parts.push(this.#unread)
      this.#unread = await this.#chunk()
    }
  }

  /** What there is now, one byte at least and `most` at most. @throws as `line` */
  async piece(most: number): Promise<Buffer> {
    if (this.#unread.length === 0) this.#unread = await this.#chunk()
    const piece = this.#unread.subarray(0, most)
    this.#unread = this.#unread.subarray(piece.length)
    return piece
  }

  async ask(question: string): Promise<string> {
    this.#script.say(question)
    return this.line()
  }

  release(): void {
    this.#script.release()
  }

  async #chunk(): Promise<Buffer> {
    const next = await untilAborted(this.#chunks.next(), this.#signals)
    if (next.done !== true) return next.value
    const { stderr } = await this.#script.result()
    throw new HostError('io', `cannot follow ${this.#file}: ${stderr.trim() || 'the script ended'}`)
  }
}
