import { Writable, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { assertAbsolute, assertArgv, assertEnvironmentOptions } from '../assert-arguments.ts'
import type { LadderStep } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { assertLadder, DEFAULT_LADDER } from '../kill-ladder.ts'
import { childOutput, type ChildOutput } from '../local/child-output.ts'
import type { ProcessExit, RunningProcess, SpawnOptions } from '../running-process.ts'
import { execScript } from './exec-script.ts'
import { notStarted, refused } from './program-failure.ts'
import type { WorkerFacts } from './read-facts.ts'
import type { SshConnection } from './ssh-connection.ts'
import { ExitWatch } from './ssh-detached-watch.ts'
import { SshDetachedProcess } from './ssh-detached.ts'
import { scriptAnswer } from './ssh-identity.ts'
import { AWAIT_PROGRAM, STOP_SESSION } from './ssh-spawn-script.ts'
import { assertShellNames, startProgram, type StartedProgram } from './start-program.ts'
import { untilAborted } from './until-aborted.ts'
import { WorkerReaper } from './worker-reaper.ts'

/** A program that is closed gets a moment to tidy up. */
const CLOSE_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]

/** After the exit, how long the word of a failed start may take. */
const SILENCE_MS = 250

/** What a program needs of its host. */
export interface SpawnPlace {
  readonly connection: SshConnection
  readonly facts: WorkerFacts
  readonly hostSignal: AbortSignal
  /** Called when it was closed. */
  readonly onClosed: (closed: RunningProcess) => void
}

interface Leader {
  readonly pid: number
  readonly startTime: string
}

/**
 * As `Host.spawn`. It takes one session of the connection while it runs.
 * @throws HostError `unsupported` where there is no `/proc`
 */
export async function spawnSsh(
  argv: readonly string[],
  options: SpawnOptions,
  place: SpawnPlace,
): Promise<RunningProcess> {
  const { stdin = 'ignore', cwd, signal } = options
  assertArgv(argv)
  if (argv[0].startsWith('-')) throw new TypeError(`expected a program, got an option: ${argv[0]}`)
  if (cwd !== undefined) assertAbsolute('cwd', cwd)
  assertEnvironmentOptions(options)
  assertShellNames(options)
  signal?.throwIfAborted()
  const { connection, facts } = place
  if (facts.platform !== 'linux')
    throw new HostError('unsupported', 'programs beside us need /proc, which only Linux has')
  const reaper = await untilAborted(WorkerReaper.of(connection), [place.hostSignal, signal])
  const program = await startProgram(
    connection,
    argv,
    { ...options, hasInput: stdin === 'pipe', signal: signal ?? place.hostSignal },
    facts,
  )
  try {
    const leader = await begun(place, program, argv, reaper)
    return new SshRunningProcess(program, leader, { ...place, reaper, signal, hasInput: stdin === 'pipe' })
  } catch (error) {
    program.release()
    throw error
  }
}

/** Resolves when the program has taken the wrapper's place; it may have ended since. */
async function begun(
  { connection, facts, hostSignal }: SpawnPlace,
  program: StartedProgram,
  argv: readonly string[],
  reaper: WorkerReaper,
): Promise<Leader> {
  const said = await untilAborted(program.leader, [connection.lost, hostSignal])
  if (said?.startTime === undefined) throw refused(program)
  const leader = { pid: said.pid, startTime: said.startTime }
  reaper.add(leader)
  const args = [String(leader.pid), leader.startTime, facts.bootId, program.word]
  const state = scriptAnswer(await execScript(connection, AWAIT_PROGRAM, args), `start ${String(argv[0])}`)
  if (state === 'ended' && (await hasFailed(connection, program))) {
    reaper.remove(leader)
    throw notStarted(argv, await text(program.stderr))
  }
  return leader
}

/** The word of a failure may come after the exit; of a program that has run and is silent, others may hold the output. */
async function hasFailed(connection: SshConnection, program: StartedProgram): Promise<boolean> {
  const exit = await untilAborted(program.exited, [connection.lost])
  if (exit?.exitCode === 0 || exit?.exitCode === null) return false
  return Promise.race([program.failed, delay(SILENCE_MS, false)])
}

interface Owner extends SpawnPlace {
  readonly reaper: WorkerReaper
  readonly signal: AbortSignal | undefined
  readonly hasInput: boolean
}

/**
 * A program of a worker on a channel of its own.
 *
 * *running*; *ended*: the server has told its exit, others may hold its output and its session; *closed*: nobody is left.
 * When the connection is lost it counts as ended, and nobody can tell how: on the worker the reaper ends it.
 */
class SshRunningProcess implements RunningProcess {
  readonly pid: number
  readonly stdin: Writable | undefined
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<ProcessExit>
  readonly #program: StartedProgram
  readonly #leader: Leader
  readonly #owner: Owner
  readonly #outputs: readonly ChildOutput[]
  readonly #process: SshDetachedProcess
  #closing: Promise<void> | undefined

  constructor(program: StartedProgram, leader: Leader, owner: Owner) {
    const { connection, facts, signal } = owner
    this.#program = program
    this.#leader = leader
    this.#owner = owner
    this.pid = leader.pid
    const unknown = { exitCode: null, signal: null }
    this.exited = untilAborted(program.exited, [connection.lost]).then(
      (exit) => exit ?? unknown,
      () => unknown,
    )
    this.stdin = owner.hasInput ? inputOf(program.channel, this.exited) : undefined
    const stdout = childOutput(program.stdout)
    const stderr = childOutput(program.stderr)
    this.stdout = stdout.output
    this.stderr = stderr.output
    this.#outputs = [stdout, stderr]
    const identity = { ...leader, bootId: facts.bootId }
    this.#process = new SshDetachedProcess(identity, connection, new ExitWatch(connection))
    connection.lost.addEventListener('abort', this.#onLost, { once: true })
    if (connection.lost.aborted) this.#onLost()
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted) this.#onAbort()
  }

  async signal(name: LadderStep['signal'], options: { readonly group?: boolean } = {}): Promise<boolean> {
    return this.#process.signal(name, options)
  }

  async stop(ladder: readonly LadderStep[] = DEFAULT_LADDER): Promise<LadderStep['signal'] | undefined> {
    assertLadder(ladder)
    const steps = ladder.flatMap(({ signal, waitMs }) => [
      signal.replace('SIG', ''),
      String(Math.ceil(waitMs)),
    ])
    const args = [String(this.pid), this.#leader.startTime, this.#owner.facts.bootId, ...steps]
    const result = await execScript(this.#owner.connection, STOP_SESSION, args, { urgent: true })
    const said = scriptAnswer(result, `stop process ${this.pid}`)
    if (said === 'denied')
      throw new HostError('permission-denied', `EPERM: cannot signal process ${this.pid}`)
    if (said === 'survived')
      throw new HostError('timed-out', `process survived ${ladder.map(({ signal }) => signal).join(', ')}`)
    await this.exited
    return ladder.find(({ signal }) => signal === `SIG${said}`)?.signal
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** What was read by then stays readable; nothing else will come. */
  readonly #onLost = (): void => {
    this.#program.stdout.destroy()
    this.#program.stderr.destroy()
  }

  readonly #onAbort = (): void => {
    // Who awaits `close` hears of a failure.
    this.close().catch(() => undefined)
  }

  async #close(): Promise<void> {
    const { connection, reaper, signal, onClosed } = this.#owner
    signal?.removeEventListener('abort', this.#onAbort)
    for (const output of this.#outputs) output.discard()
    try {
      await this.stop(CLOSE_LADDER)
      reaper.remove(this.#leader)
    } catch (error) {
      // Nobody is left here who could end it; on the worker the reaper does.
      if (!connection.lost.aborted) throw error
    } finally {
      connection.lost.removeEventListener('abort', this.#onLost)
      this.stdin?.destroy()
      this.stdout.destroy()
      this.stderr.destroy()
      this.#program.release()
      onClosed(this)
    }
  }
}

/** A channel's way in as a pipe of Node behaves: what is written after the end is dropped, and `destroy` destroys. */
function inputOf(channel: ClientChannel, exited: Promise<unknown>): Writable {
  let unsent: (() => void) | undefined
  let isOver = false
  // ssh2 forgets the callback of what it could not send, and takes more after that without a word.
  const drop = (): void => {
    isOver = true
    unsent?.()
    // Who waits for room hears that there will be none.
    input.destroy()
  }
  const input = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (isOver || !channel.writable) {
        done()
        return
      }
      unsent = () => {
        unsent = undefined
        done()
      }
      channel.write(chunk, () => unsent?.())
    },
    final(done) {
      channel.end()
      done()
    },
  })
  input.on('error', () => undefined)
  void exited.then(drop)
  channel.once('close', drop)
  return input
}
