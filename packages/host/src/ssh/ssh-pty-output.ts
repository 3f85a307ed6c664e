import { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { ownWindow } from './ssh-pty-window.ts'

/** What is read ahead of a reader who pauses: as little as can be, for it stands before all that is written later. */
const READ_AHEAD_BYTES = 1
/** What start files may say, and our script, before the program begins. */
const MAX_PREFACE_BYTES = 1024 * 1024
const END_OF_PREFACE = 0x3b

/**
 * What comes out of a terminal: first the account's start files, then our script's mark and its word up to a `;`, then
 * the program. Only the program's part is `output`.
 */
export class PtyOutput {
  readonly output: Readable
  /** What our script said: `ok ...`, or why there is no program. Never rejects. */
  readonly preface: Promise<string>
  readonly #channel: ClientChannel
  readonly #mark: Buffer
  readonly #wasRead: (bytes: number) => void
  #tell!: (said: string) => void
  #seen: Buffer | undefined = Buffer.alloc(0)
  #isDiscarding = false

  constructor(channel: ClientChannel, mark: string) {
    this.#channel = channel
    this.#mark = Buffer.from(mark)
    this.#wasRead = ownWindow(channel)
    this.preface = new Promise((resolve) => {
      this.#tell = resolve
    })
    this.output = new Readable({
      highWaterMark: READ_AHEAD_BYTES,
      read: () => void channel.resume(),
      // Who destroys it does not end the program, and must not stop it either.
      destroy: (error, done) => {
        this.discard()
        done(error)
      },
    })
    // An error says that the channel broke, which `close` says too.
    channel.on('error', () => undefined)
    channel.stderr.resume()
    channel.on('data', (chunk: Buffer) => this.#take(chunk))
    channel.once('end', () => this.end())
    channel.once('close', () => this.end())
  }

  /** From now on everything is read and dropped: the program comes to its end, whether it has a reader or not. */
  discard(): void {
    this.#isDiscarding = true
    this.#channel.resume()
  }

  end(): void {
    this.#tell((this.#seen ?? '').toString().trim().slice(-1_000))
    if (!this.output.readableEnded && !this.output.destroyed) this.output.push(null)
    this.discard()
  }

  #take(chunk: Buffer): void {
    this.#wasRead(chunk.length)
    const bytes = this.#seen === undefined ? chunk : this.#takePreface(chunk)
    if (bytes.length === 0 || this.#isDiscarding) return
    if (!this.output.push(bytes)) this.#channel.pause()
  }

  /** @returns what is the program's */
  #takePreface(chunk: Buffer): Buffer {
    const seen = Buffer.concat([this.#seen ?? Buffer.alloc(0), chunk])
    const at = seen.indexOf(this.#mark)
    const start = at + this.#mark.length
    const end = at < 0 ? -1 : seen.indexOf(END_OF_PREFACE, start)
    if (end < 0) {
      this.#seen = at < 0 ? seen.subarray(-MAX_PREFACE_BYTES) : seen.subarray(at)
      return Buffer.alloc(0)
    }
    this.#seen = undefined
    this.#tell(seen.toString('utf8', start, end))
    return seen.subarray(end + 1)
  }
}
