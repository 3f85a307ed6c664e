import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { assertAbsolute, assertArgv } from '../assert-arguments.ts'
import { assertShellEnvironment } from '../assert-launch.ts'
import { assertSize } from '../assert-size.ts'
import { HostError } from '../errors.ts'
import type { Pty, PtyExit, PtyOptions } from '../pty.ts'
import { exitOf } from './channel-exit.ts'
import { execScript } from './exec-script.ts'
import { shellLine } from './shell-line.ts'
import type { SshConnection } from './ssh-connection.ts'
import { scriptAnswer } from './ssh-identity.ts'
import { PtyOutput } from './ssh-pty-output.ts'
import { BECOME_PROGRAM, END_SESSION, RAW_MODES } from './ssh-pty-script.ts'
import { untilAborted } from './until-aborted.ts'
import { renderStart, START_CLEAN, startError } from './worker-script-start.ts'

/** After everyone was killed, how long the word of it may take. */
const TOLD_MS = 2_000

/** What a terminal needs of its host. */
export interface PtyHost {
  readonly connection: SshConnection
  readonly bootId: string
  /** Called when it was closed by its owner. */
  readonly onClosed: (pty: Pty) => void
}

/**
 * Starts a program on a terminal of the worker, over a channel of its own.
 * @throws HostError `spawn-failed`; `unsupported` when the server gives no terminals; `connection-lost`, `closed`
 * @throws TypeError and RangeError for misuse, a variable that a shell does not pass on included; the reason of `signal`
 */
export async function openSshPty(host: PtyHost, argv: readonly string[], options: PtyOptions): Promise<Pty> {
  const { cwd, env, columns, rows, term = 'xterm-256color', signal } = options
  assertArgv(argv)
  assertAbsolute('cwd', cwd)
  const environment = { ...env, TERM: term }
  assertShellEnvironment(environment)
  assertSize({ columns, rows })
  signal?.throwIfAborted()
  const { connection } = host
  const halves = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const line = shellLine(START_CLEAN, [BECOME_PROGRAM, ...halves])
  const request = { pty: { columns, rows, term, modes: RAW_MODES }, ...(signal && { signal }) }
  const channel = await connection.channel(line, request).catch((error: unknown) => {
    throw unsupported(error) ?? error
  })
  const exited = exitOf(channel)
  const output = new PtyOutput(channel, halves.join(''))
  try {
    channel.write(renderStart({ argv, cwd, env: environment }))
    const said = await untilAborted(output.preface, [connection.lost, signal])
    const [, pid, startTime] = /^ok (\d+) (\d+)$/.exec(said) ?? []
    if (pid !== undefined && startTime !== undefined)
      return new SshPty(host, { pid: Number(pid), startTime }, { channel, output, exited }, signal)
    throw startError(said, argv[0], cwd) ?? notStarted(argv[0], said)
  } catch (error) {
    output.discard()
    channel.close()
    throw error
  }
}

/** ssh2 tells a refused terminal by its words alone. */
function unsupported(error: unknown): HostError | undefined {
  if (!(error instanceof HostError) || !/pseudo-terminal/i.test(error.message)) return undefined
  return new HostError('unsupported', 'the server gives no terminals', { cause: error })
}

function notStarted(program: string, said: string): HostError {
  const why = said === '' ? 'no message' : said
  return new HostError('spawn-failed', `cannot run ${program}: ${why}`, { cause: new Error(why) })
}

interface Leader {
  readonly pid: number
  readonly startTime: string
}

interface Parts {
  readonly channel: ClientChannel
  readonly output: PtyOutput
  readonly exited: ReturnType<typeof exitOf>
}

/**
 * A program on a terminal of a worker.
 *
 * *running*; *ended*: the server has told its exit, and what it left can be read; *hung up*: the channel is gone, for the
 * terminal was closed or the connection was lost. Writes and sizes are dropped then. A lost connection looks to the
 * program like a terminal that hung up, and so it is told here: as SIGHUP.
 */
class SshPty implements Pty {
  readonly pid: number
  readonly output: Readable
  readonly exited: Promise<PtyExit>
  readonly #host: PtyHost
  readonly #leader: Leader
  readonly #channel: ClientChannel
  readonly #source: PtyOutput
  readonly #signal: AbortSignal | undefined
  readonly #hungUp: Promise<void>
  readonly #onAbort = (): void => void this.close().catch(() => undefined)
  #writing: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(host: PtyHost, leader: Leader, parts: Parts, signal: AbortSignal | undefined) {
    const { channel, output, exited } = parts
    this.#host = host
    this.#leader = leader
    this.#channel = channel
    this.#source = output
    this.#signal = signal
    this.pid = leader.pid
    this.output = output.output
    // A channel whose output nobody reads does not tell that its connection is gone.
    const told = untilAborted(exited, [host.connection.lost]).catch(() => undefined)
    this.exited = told.then((exit) => exit ?? { exitCode: null, signal: 'SIGHUP' })
    this.#hungUp = new Promise((resolve) => channel.once('close', () => resolve()))
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)
    this.#writing = this.#writing.then(() => this.#writeAll(bytes))
    return this.#writing
  }

  resize(size: { readonly columns: number; readonly rows: number }): void {
    assertSize(size)
    this.#channel.setWindow(size.rows, size.columns, 0, 0)
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** ssh2 forgets the callback of what it could not send before the channel closed. */
  async #writeAll(bytes: Buffer): Promise<void> {
    if (!this.#channel.writable) return
    const taken = new Promise<void>((resolve) => this.#channel.write(bytes, () => resolve()))
    await Promise.race([taken, this.exited, this.#hungUp])
  }

  async #end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    // One that waits for its reader would not come to its end.
    this.#source.discard()
    try {
      await this.#endSession()
      const late = new AbortController()
      await Promise.race([
        this.exited,
        delay(TOLD_MS, undefined, { signal: late.signal }).catch(() => undefined),
      ])
      late.abort()
    } finally {
      this.#source.end()
      this.#channel.close()
    }
    this.#host.onClosed(this)
  }

  async #endSession(): Promise<void> {
    const { pid, startTime } = this.#leader
    const args = [String(pid), startTime, this.#host.bootId]
    const ending = execScript(this.#host.connection, END_SESSION, args, { urgent: true })
    const said = scriptAnswer(await ending, `end session ${pid}`)
    if (said === 'denied') throw new HostError('permission-denied', `EPERM: cannot end session ${pid}`)
    if (said === 'stuck') throw new HostError('timed-out', `processes of session ${pid} survived SIGKILL`)
  }
}
