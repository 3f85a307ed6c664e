import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { Interrupt } from '../archive/interrupt.ts'
import { isLost, lost, programError, readLines, startProgram } from '../archive/run-program.ts'
import { HostError } from '../errors.ts'
import type { RunningProcess } from '../running-process.ts'
import { OUTSIDE } from '../ssh/ssh-files-scripts.ts'
import type { DownloadHost } from './download-options.ts'
import { DOWNLOAD_SCRIPT } from './download-script.ts'
import type { Take } from './judge-response.ts'

export interface PlaceOptions {
  /** Decides, with the path, the name of what a cut download leaves. */
  readonly url: string
  readonly sha256: string | undefined
  readonly mode: number | undefined
  readonly within: string | undefined
  readonly signal: AbortSignal | undefined
}

const MAX_LINE_BYTES = 65_536

/**
 * Where a download lands: a private directory beside the target, kept by a script there. Closing it leaves what a later
 * download can go on with, and nothing else.
 */
export class DownloadPlace {
  /** The target has the digest already, and these many bytes; then there is nothing to do. */
  there: number | undefined
  /** What an earlier download has left. */
  size = 0
  validator = ''
  readonly #host: DownloadHost
  readonly #target: string
  readonly #options: PlaceOptions
  readonly #names: readonly [part: string, own: string]
  readonly #program: RunningProcess
  readonly #lines: AsyncGenerator<string, void>
  readonly #gone = new Interrupt()
  readonly #saying: Promise<void>
  #said = ''
  #isFetching = false

  private constructor(
    host: DownloadHost,
    program: RunningProcess,
    target: string,
    names: readonly [string, string],
    options: PlaceOptions,
  ) {
    this.#host = host
    this.#program = program
    this.#target = target
    this.#names = names
    this.#options = options
    this.#lines = linesOf(program)
    void program.exited.then(this.#gone.raise)
    this.#saying = readLines(program.stderr, (line) => (this.#said = `${this.#said}${line}\n`.slice(-4_000)))
  }

  /** @param target an absolute path that ends in a name. The caller closes the place. */
  static async open(host: DownloadHost, target: string, options: PlaceOptions): Promise<DownloadPlace> {
    const { url, sha256 = '', mode, within = '', signal } = options
    const directory = path.posix.dirname(target)
    // Short, whatever the target is called: a name ends at 255 bytes.
    const id = createHash('sha256')
      .update(`${path.posix.basename(target)}\0${url}\0${sha256}`)
      .digest('hex')
      .slice(0, 24)
    const part = path.posix.join(directory, `.${id}.part`)
    const own = path.posix.join(directory, `.${id}.${randomBytes(6).toString('hex')}.part`)
    const bits = mode === undefined ? '' : mode.toString(8)
    const argv = ['sh', '-c', DOWNLOAD_SCRIPT, 'sh', target, directory, part, own, bits, within, sha256]
    const program = await startProgram(host, argv, { cwd: '/', stdin: 'pipe', signal })
    const place = new DownloadPlace(host, program, target, [part, own], options)
    try {
      await place.#begin()
      return place
    } catch (error) {
      await place.close()
      throw error
    }
  }

  async #begin(): Promise<void> {
    const [word, size, ...validator] = (await this.next()).split(' ')
    if (word === 'there') this.there = Number(size)
    this.size = Number(size)
    this.validator = validator.join(' ')
  }

  /** Has a program there fetch something: `done` is the last thing that is said about it. */
  fetch(...lines: readonly string[]): void {
    this.#isFetching = true
    this.say(...lines)
  }

  /** Tells the script something. */
  say(...lines: readonly string[]): void {
    this.#program.stdin?.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** @returns the next thing that it says @throws HostError by how it has ended, when there is none; the signal's reason */
  async next(): Promise<string> {
    const { value } = await this.#lines.next()
    this.#options.signal?.throwIfAborted()
    if (value?.startsWith('done ') === true) this.#isFetching = false
    if (value !== undefined) return value
    throw await this.failure()
  }

  /** Why it has ended, or could not write. */
  async failure(): Promise<HostError> {
    this.#program.stdin?.end()
    const exit = await this.#program.exited
    await this.#saying
    const what = `cannot download to ${this.#target}`
    if (isLost(exit)) return lost(what)
    if (exit.exitCode === OUTSIDE) return new HostError('outside', `not where it must lie: ${what}`)
    const missing = /No such file or directory/.test(this.#said) ? 'not-found' : undefined
    if (missing !== undefined) return new HostError(missing, `${what}: no such directory`)
    return programError(what, this.#said.trim() || `the script there ended with ${String(exit.exitCode)}`)
  }

  /** What the script is told about a body: whether to add to what is there, how much, and whether it may be gone on with. */
  static take({ start, validator }: Take, maxBytes: number | undefined): string {
    const limit = maxBytes === undefined ? '-' : String(maxBytes - start + 1)
    const keep = validator === undefined ? 'no' : `yes ${validator}`
    return `${start > 0 ? 'append' : 'replace'} ${limit} ${keep}`
  }

  /** Writes a piece, with what the script is told before it. Resolves when there is room for more; false when it takes none. */
  async send(piece: Uint8Array): Promise<boolean> {
    const { stdin } = this.#program
    if (stdin?.writable !== true) return false
    stdin.write(`${piece.length}\n`)
    const taken = new Promise<object>((resolve) => stdin.write(piece, () => resolve(stdin)))
    return (await this.#gone.wait(taken)) !== undefined
  }

  async sum(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    this.say('sum')
    const [, bytes, sha256 = ''] = (await this.#nextOf('sum')).split(' ')
    return { bytes: Number(bytes), sha256 }
  }

  /** Leaves so many bytes. */
  cut(bytes: number): void {
    this.say(`cut ${bytes}`)
  }

  /** Forgets what is there. */
  clear(): void {
    this.size = 0
    this.validator = ''
    this.say('clear')
  }

  /** Gives what is there its name. */
  async place(): Promise<void> {
    this.say('place')
    await this.#nextOf('placed')
  }

  async #nextOf(word: string): Promise<string> {
    for (;;) {
      const line = await this.next()
      if (line.split(' ')[0] === word) return line
    }
  }

  /** Leaves what can be gone on with. Idempotent. */
  async close(): Promise<void> {
    this.#program.stdin?.end()
    // While a program there fetches, nobody notices the end of the input.
    if (!this.#isFetching) await this.#program.exited
    await this.#program.close()
  }

  /** Leaves nothing, also when the script was ended in the middle. */
  async drop(): Promise<void> {
    this.#program.stdin?.end('drop\n')
    if (!this.#isFetching) await this.#program.exited
    await this.#program.close()
    const { within } = this.#options
    for (const name of this.#names)
      await this.#host.files.remove(name, within === undefined ? {} : { within }).catch(() => undefined)
  }
}

async function* linesOf(program: RunningProcess): AsyncGenerator<string, void> {
  let rest = ''
  for await (const chunk of program.stdout) {
    const whole = (rest + (chunk as Buffer).toString('latin1')).split('\n')
    rest = whole.pop() ?? ''
    if (rest.length > MAX_LINE_BYTES) throw new Error('a line of the response has no end')
    yield* whole
  }
}
