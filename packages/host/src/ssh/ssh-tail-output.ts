import { HostError } from '../errors.ts'
import type { RunningScript } from './ssh-files-stream.ts'

const NEWLINE = 0x0a
/** With more than this the script has to wait. */
const HELD_BYTES = 256 * 1024

/**
 * What a script that follows a file says: lines, and pieces of the file between them. One question at a time.
 *
 * It listens to the stream by itself: an iteration over it would let every line pass through several turns.
 */
export class TailOutput {
  readonly #script: RunningScript
  readonly #file: string
  readonly #signals: readonly AbortSignal[]
  #chunks: Buffer[] = []
  #heldBytes = 0
  #unread: Buffer = Buffer.alloc(0)
  #hasEnded = false
  #wake = (): void => undefined

  /** @param signals each ends a wait, with its reason */
  constructor(script: RunningScript, file: string, signals: readonly AbortSignal[]) {
    this.#script = script
    this.#file = file
    this.#signals = signals
    for (const signal of signals) signal.addEventListener('abort', this.#look, { once: true })
    script.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#heldBytes += chunk.length
      if (this.#heldBytes > HELD_BYTES) script.stdout.pause()
      this.#wake()
    })
    for (const name of ['end', 'close'] as const)
      script.stdout.once(name, () => {
        this.#hasEnded = true
        this.#wake()
      })
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
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#look)
    this.#script.release()
  }

  async #chunk(): Promise<Buffer> {
    for (;;) {
      for (const signal of this.#signals) signal.throwIfAborted()
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#heldBytes -= chunk.length
        return chunk
      }
      if (this.#hasEnded) break
      this.#script.stdout.resume()
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const { stderr } = await this.#script.result()
    throw new HostError('io', `cannot follow ${this.#file}: ${stderr.trim() || 'the script ended'}`)
  }

  readonly #look = (): void => this.#wake()
}
