import type { Readable } from 'node:stream'
import { hideSecrets } from '../wire/redact-line.ts'
import type { ConnectionClosed } from './frame-channel.ts'

const MAX_BYTES = 8 * 1024

/** How long the last words of a process may take after the end of its output. */
const LAST_WORDS_MS = 250

/** Reads the error output of a process as long as it comes, and keeps its end: at most 8 KiB. */
export class StderrTail {
  readonly #ended: Promise<void>
  readonly #kept: Buffer[] = []
  #bytes = 0
  #isCut = false

  /** Reads from now on: a pipe that nobody reads would stop the process that writes to it. */
  constructor(stream: Readable) {
    this.#ended = new Promise((resolve) => {
      for (const name of ['end', 'close', 'error'] as const)
        stream.once(name, () => {
          resolve()
        })
    })
    stream.on('data', (chunk: Buffer | string) => {
      this.#keep(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    })
  }

  /** Its last lines, without what looks like a secret; empty when it said nothing. */
  text(): string {
    const text = Buffer.concat(this.#kept).subarray(-MAX_BYTES).toString('utf8')
    // Of a line that was cut only the end is left, in which half a secret would not be known for one.
    return hideSecrets(this.#isCut ? text.slice(text.indexOf('\n') + 1) : text).trim()
  }

  /** Waits for what a process that has ended still had to say, but not for a grandchild that holds the pipe. */
  async lastWords(): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WORDS_MS)
    })
    await Promise.race([this.#ended, late])
    clearTimeout(timer)
    return this.text()
  }

  #keep(chunk: Buffer): void {
    this.#kept.push(chunk)
    this.#bytes += chunk.length
    this.#isCut ||= this.#bytes > MAX_BYTES
    for (let first = this.#kept[0]; first && this.#bytes - first.length >= MAX_BYTES; first = this.#kept[0]) {
      this.#bytes -= first.length
      this.#kept.shift()
    }
  }
}

/** An end with what the process said last. Whoever closed it here does not wait for that. */
export async function withLastWords(
  closed: ConnectionClosed,
  tail: StderrTail | undefined,
): Promise<ConnectionClosed> {
  if (!tail) return closed
  const stderr = closed.reason === 'closed-here' ? tail.text() : await tail.lastWords()
  return stderr === '' ? closed : { ...closed, stderr }
}
