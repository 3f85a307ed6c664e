import { assertExec, DEFAULT_MAX_BYTES } from '../assert-exec.ts'
import { HostError } from '../errors.ts'
import { relayEndings } from '../exec-endings.ts'
import type { ExecOptions, ExecResult } from '../exec-result.ts'
import { collectOutput, readToEnd } from '../local/collect-output.ts'
import { feedInput } from '../local/feed-input.ts'
import { endProgram } from './end-program.ts'
import { notStarted, refused } from './program-failure.ts'
import type { WorkerFacts } from './read-facts.ts'
import type { SshConnection } from './ssh-connection.ts'
import { assertShellNames, startProgram, type StartedProgram } from './start-program.ts'
import { untilAborted } from './until-aborted.ts'

/** How long a command that is to be ended may take to say which process it is. */
const LEADER_MS = 5_000

/**
 * As `Host.exec`; also ends, and rejects with its reason, when `hostSignal` aborts. `timeoutMs` counts from the call,
 * waiting for a free session included.
 */
export async function execSsh(
  connection: SshConnection,
  argv: readonly string[],
  options: ExecOptions,
  facts: WorkerFacts,
  hostSignal: AbortSignal,
): Promise<ExecResult> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options
  assertProgram(argv, options, maxBytes)
  options.signal?.throwIfAborted()
  const startedAt = performance.now()
  // One signal for all that may end the program early; its reason is what the caller gets.
  const ending = new AbortController()
  const release = relayEndings(ending, argv, options, [hostSignal, connection.lost])
  try {
    const hasInput = options.stdin !== undefined
    const program = await startProgram(
      connection,
      argv,
      { ...options, hasInput, signal: ending.signal },
      facts,
    )
    return {
      ...(await runToEnd(connection, program, argv, options, ending)),
      durationMs: performance.now() - startedAt,
    }
  } finally {
    release()
  }
}

async function runToEnd(
  connection: SshConnection,
  program: StartedProgram,
  argv: readonly string[],
  { stdin, maxBytes = DEFAULT_MAX_BYTES }: ExecOptions,
  ending: AbortController,
): Promise<Omit<ExecResult, 'durationMs'>> {
  const tooLarge = () =>
    ending.abort(new HostError('too-large', `more than ${maxBytes} bytes of output from ${String(argv[0])}`))
  const outputs = [
    collectOutput(program.stdout, maxBytes, tooLarge),
    collectOutput(program.stderr, maxBytes, tooLarge),
  ] as const
  try {
    let hasExited = false
    void program.exited.then(() => (hasExited = true))
    // A source that is broken off because the program has ended is no failure.
    if (stdin !== undefined) feedInput(program.channel, stdin, (error) => hasExited || ending.abort(error))
    const exit = await untilAborted(program.exited, [ending.signal])
    await untilAborted(readToEnd(outputs), [ending.signal])
    const [stdout, stderr] = outputs.map((output) => output.text()) as [string, string]
    if ((await asFarAsKnown(program.leader)) === undefined) throw refused(program)
    if (await asFarAsKnown(program.failed)) throw notStarted(argv, stderr)
    if (exit === undefined) throw withoutStatus(argv)
    return { argv: [...argv], ...exit, stdout, stderr }
  } catch (error) {
    if (ending.signal.aborted) await endEarly(connection, program)
    if (connection.lost.aborted && error === connection.lost.reason) throw lostWith(error, argv)
    throw error
  } finally {
    program.release()
  }
}

/** A program that said nothing and left somebody who holds its pipes never tells: what it had to say has come by now. */
async function asFarAsKnown<T>(fact: Promise<T>): Promise<T | undefined> {
  return Promise.race([fact, Promise.resolve(undefined)])
}

function assertProgram(argv: readonly string[], options: ExecOptions, maxBytes: number): void {
  assertExec(argv, options, maxBytes)
  if (argv[0].startsWith('-')) throw new TypeError(`expected a program, got an option: ${argv[0]}`)
  assertShellNames(options)
}

/** Over a lost connection nobody can be ended. */
async function endEarly(connection: SshConnection, program: StartedProgram): Promise<void> {
  if (connection.lost.aborted) return
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), LEADER_MS)
  const leader = await untilAborted(program.leader, [connection.lost, late.signal]).catch(() => undefined)
  clearTimeout(timer)
  if (leader !== undefined) await endProgram(connection, leader)
  // The account's start files hang: the server may know a way, and some refuse.
  else program.channel.signal('KILL')
}

function lostWith(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof HostError) || error.code !== 'connection-lost') return error
  return new HostError('connection-lost', `${error.message}; ${String(argv[0])} may still run there`, {
    cause: error,
  })
}

function withoutStatus(argv: readonly string[]): HostError {
  return new HostError(
    'connection-lost',
    `the server closed the channel of ${String(argv[0])} without saying how it ended`,
  )
}
