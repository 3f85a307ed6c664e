import type { ClientChannel } from 'ssh2'
import { HostError } from '../errors.ts'
import type { SshConnection } from './ssh-connection.ts'

export interface SharedScriptOptions {
  /** What is looked at now. */
  readonly keys: () => readonly string[]
  /** The command line of a script that looks at all of them. */
  readonly line: (keys: readonly string[]) => string
  /** A new script speaks from now on, about these. */
  readonly onBegin?: (keys: readonly string[]) => void
  /** What the script said, noise of the account's start files included. */
  readonly onLine: (line: string) => void
  /** Nothing is looked at any more. */
  readonly onFailure: (failure: Error) => void
}

/** How often in a row a script that ends too early is begun anew, and how long one has to last to be a good one. */
const MOST_FAILURES = 3
const LASTING_MS = 5_000
const LONGEST_LINE = 64 * 1024

/**
 * One script on one channel that looks at many things on the worker: a server allows few channels, and looking may take
 * days. When something joins, a new script takes over and the old one ends; the script itself ends with its channel when
 * it says something now and then.
 */
export class SharedScript {
  readonly #connection: SshConnection
  readonly #options: SharedScriptOptions
  #channel: ClientChannel | undefined
  #isOpening = false
  #failures = 0
  #begunAt = 0

  constructor(connection: SshConnection, options: SharedScriptOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Something has joined. Those that join while a channel is being opened are in the next one. */
  renew(): void {
    if (this.#isOpening) return
    this.#isOpening = true
    this.#open().catch((error: unknown) => this.#fail(error as Error))
  }

  /** Something has left. */
  release(): void {
    if (this.#options.keys().length === 0) this.#end(this.#channel)
  }

  async #open(): Promise<void> {
    const { keys, line } = this.#options
    try {
      let known: readonly string[] = []
      do {
        // All that join in one turn share a script.
        await Promise.resolve()
        known = keys()
        const previous = this.#channel
        this.#channel = known.length === 0 ? undefined : await this.#connection.channel(line(known))
        this.#options.onBegin?.(known)
        if (this.#channel !== undefined) this.#listen(this.#channel)
        this.#end(previous)
      } while (keys().some((key) => !known.includes(key)))
      this.release()
    } finally {
      this.#isOpening = false
    }
  }

  #listen(channel: ClientChannel): void {
    let rest = ''
    this.#begunAt = performance.now()
    channel.stderr.resume()
    channel.on('error', () => undefined)
    channel.setEncoding('utf8')
    channel.on('data', (text: string) => {
      if (this.#channel !== channel) return
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-LONGEST_LINE)
      for (const line of lines) this.#options.onLine(line)
    })
    channel.once('close', () => {
      if (this.#channel !== channel) return
      this.#channel = undefined
      this.#again()
    })
    channel.end()
  }

  /** The script ended, or was ended by somebody. */
  #again(): void {
    if (this.#options.keys().length === 0 || this.#connection.lost.aborted) return
    this.#failures = performance.now() - this.#begunAt > LASTING_MS ? 0 : this.#failures + 1
    if (this.#failures > MOST_FAILURES) this.#fail(new HostError('io', 'the worker does not keep looking'))
    else this.renew()
  }

  #fail(failure: Error): void {
    this.#failures = 0
    this.#options.onFailure(failure)
  }

  /** Its script ends by itself at its next word. */
  #end(channel: ClientChannel | undefined): void {
    if (channel === undefined) return
    if (this.#channel === channel) this.#channel = undefined
    channel.resume()
    channel.close()
  }
}
