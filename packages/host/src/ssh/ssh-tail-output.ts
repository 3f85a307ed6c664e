import type { ClientChannel } from 'ssh2'
import { HostError } from '../errors.ts'
import { exitOf } from './channel-exit.ts'
import type { Marker } from './marker-gate.ts'
import { connectionLost } from './ssh-connection.ts'

const NEWLINE = 0x0a
/** With more than this the script has to wait. */
const HELD_BYTES = 256 * 1024
/** What start files may say before the script speaks. */
const MAX_NOISE_BYTES = 1024 * 1024

/**
 * What a script that follows a file says after its mark: lines, and pieces of the file between them. One question at a
 * time. It listens to the channel by itself: in each stream between, a line would wait for turns.
 */
export class TailOutput {
  readonly #channel: ClientChannel
  readonly #mark: string
  readonly #file: string
  readonly #signals: readonly AbortSignal[]
  readonly #chunks: Buffer[] = []
  #heldBytes = 0
  /** What came before the mark was found. */
  #noise: Buffer | undefined = Buffer.alloc(0)
  #unread: Buffer = Buffer.alloc(0)
  #stderr = ''
  #hasEnded = false
  #wake = (): void => undefined

  /** @param signals each ends a wait, with its reason */
  constructor(channel: ClientChannel, { text }: Marker, file: string, signals: readonly AbortSignal[]) {
    this.#channel = channel
    this.#mark = text
    this.#file = file
    this.#signals = signals
    for (const signal of signals) signal.addEventListener('abort', this.#look, { once: true })
    channel.on('data', (chunk: Buffer) => this.#take(chunk))
    channel.stderr.on(
      'data',
      (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-64_000)),
    )
    // How it ended tells more.
    channel.on('error', () => undefined)
    for (const name of ['end', 'close'] as const)
      channel.once(name, () => {
        this.#hasEnded = true
        this.#wake()
      })
  }

  /** The next line. @throws as `chunk` */
  async line(): Promise<string> {
    const parts: Buffer[] = []
    for (;;) {
      const chunk = await this.chunk()
      const end = chunk.indexOf(NEWLINE)
      parts.push(end < 0 ? chunk : chunk.subarray(0, end))
      if (end < 0) continue
      this.#unread = chunk.subarray(end + 1)
      return Buffer.concat(parts).toString()
    }
  }

  /** What came next, one byte at least. @throws HostError `io` when the script has ended; what a signal says */
  async chunk(): Promise<Buffer> {
    if (this.#unread.length > 0) {
      const unread = this.#unread
      this.#unread = Buffer.alloc(0)
      return unread
    }
    for (;;) {
      for (const signal of this.#signals) signal.throwIfAborted()
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#heldBytes -= chunk.length
        return chunk
      }
      if (this.#hasEnded) throw await this.#ended()
      if (this.#channel.isPaused()) this.#channel.resume()
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async ask(question: string): Promise<string> {
    this.#channel.write(`${question}\n`)
    return this.line()
  }

  release(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#look)
    this.#channel.removeAllListeners('data')
    this.#channel.resume()
    this.#channel.close()
  }

  #take(chunk: Buffer): void {
    const said = this.#noise === undefined ? chunk : this.#afterMark(chunk)
    if (said.length === 0) return
    this.#chunks.push(said)
    this.#heldBytes += said.length
    if (this.#heldBytes > HELD_BYTES) this.#channel.pause()
    this.#wake()
  }

  #afterMark(chunk: Buffer): Buffer {
    const seen = Buffer.concat([this.#noise ?? Buffer.alloc(0), chunk])
    const at = seen.indexOf(this.#mark)
    const end = at < 0 ? -1 : seen.indexOf(NEWLINE, at)
    this.#noise = end < 0 ? seen.subarray(-MAX_NOISE_BYTES) : undefined
    return end < 0 ? Buffer.alloc(0) : seen.subarray(end + 1)
  }

  async #ended(): Promise<HostError> {
    if ((await exitOf(this.#channel)) === undefined)
      return connectionLost('the worker', new Error('the command ended without a status'))
    const said = this.#stderr.split(`${this.#mark}\n`).at(-1) ?? ''
    return new HostError('io', `cannot follow ${this.#file}: ${said.trim() || 'the script ended'}`)
  }

  readonly #look = (): void => this.#wake()
}
