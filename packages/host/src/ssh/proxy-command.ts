import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'
import { userShell } from './env.ts'

/** What it says last is shown when there is no login. */
const TAIL_CHARACTERS = 1_000
/** From the end of its output to its own. */
const EXIT_MS = 1_000
/** From the hang-up to SIGKILL. */
const KILL_AFTER_MS = 1_000

/**
 * A program of ours that carries a connection over its standard input and output, as `ProxyCommand` has it: the person's
 * shell becomes it. Destroying the stream hangs it up, and its `close` event comes when it has ended.
 */
export class ProxyCommand extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #ended: Promise<void>
  #said = ''
  #ending: string | undefined

  /** @param command with its tokens filled in */
  constructor(command: string) {
    super()
    // A session of its own: all that it starts can be hung up, and none of it asks on our terminal.
    const child = spawn(userShell(), ['-c', `exec ${command}`], { detached: true })
    this.#child = child
    // Nothing comes any more, so that nothing can go either. It may still say why.
    this.once('end', () => void this.#exit().then(() => this.destroy()))
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#ending ??= code === null ? `was ended by ${String(signal)}` : `ended with exit code ${code}`
        resolve()
      })
      child.once('error', ({ message }) => {
        this.#ending ??= `could not be started: ${message}`
        this.destroy()
        resolve()
      })
    })
    child.stdin.on('error', () => undefined)
    child.stdout
      .on('data', (chunk: Buffer) => {
        if (!this.push(chunk)) child.stdout.pause()
      })
      .on('error', () => undefined)
      .once('end', () => this.push(null))
    child.stderr
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-TAIL_CHARACTERS)
      })
  }

  /** Resolves with what has to be known when there is no login: how it has ended by itself, and what it has said last. */
  async complaint(): Promise<string> {
    if (this.readableEnded) await this.#exit()
    const ending = this.#ending === undefined ? '' : `the ProxyCommand ${this.#ending}`
    this.destroy()
    await this.#ended
    // A terminal that shows it must not be told what to do.
    const said = this.#said.replace(/[\p{Cc}\s]+/gu, ' ').trim()
    if (said === '') return ending
    return ending === '' ? `the ProxyCommand said: ${said}` : `${ending}: ${said}`
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#signal('SIGHUP')
    const timer = setTimeout(() => this.#signal('SIGKILL'), KILL_AFTER_MS)
    this.#child.stdin.destroy()
    this.#child.stdout.destroy()
    this.#child.stderr.resume()
    void this.#ended.then(() => {
      clearTimeout(timer)
      done(error)
    })
  }

  /** Resolves when it has ended, or could have. */
  #exit(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, EXIT_MS)
      void this.#ended.then(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** While it lives, its pid is the number of its group. */
  #signal(name: 'SIGHUP' | 'SIGKILL'): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    try {
      process.kill(-pid, name)
    } catch {
      // It has ended in this instant.
    }
  }
}
