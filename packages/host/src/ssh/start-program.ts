import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { EnvironmentOptions } from '../environment.ts'
import { parseProcessStat } from '../local/identity.ts'
import { exitOf } from './channel-exit.ts'
import { createMarker, MarkerGate } from './marker-gate.ts'
import { isShellName, programLine } from './program-line.ts'
import type { WorkerFacts } from './read-facts.ts'
import type { SshConnection } from './ssh-connection.ts'

/** Who is signalled: the wrapper, and then the program that took its place. */
export interface Leader {
  readonly pid: number
  /** Proves that the pid is still the same process; `undefined` where there is no `/proc`. */
  readonly startTime: string | undefined
  /** False where the server gives no group and there is no `setsid`: then only the program itself can be signalled. */
  readonly leadsGroup: boolean
}

/** A program on a channel of its own. It holds a session of the connection until `release`. */
export interface StartedProgram {
  /** To write to; half-open. */
  readonly channel: ClientChannel
  /** What the program itself writes: what the account's start files print is left out. */
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves before the program begins; with `undefined` when the account runs no command. Never rejects. */
  readonly leader: Promise<Leader | undefined>
  /** `undefined` when the channel ended without word of it. Never rejects. */
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: string | null } | undefined>
  /** True when the program could not be started; stderr says why then. Known with its first output, or its end. Never rejects. */
  readonly failed: Promise<boolean>
  /** Part of the wrapper's command line, and of no other. */
  readonly word: string
  /** What the account's shell said in place of running our command. */
  said(): string
  /** Gives the channel back. The program is not ended by it. */
  release(): void
}

export interface StartOptions extends EnvironmentOptions {
  readonly cwd?: string
  readonly hasInput: boolean
  /** Gives up while there is no channel yet. */
  readonly signal: AbortSignal
}

/**
 * Starts a program on a channel: a process group of its own, its environment out of everyone's sight.
 * @throws HostError as `SshConnection.channel`; the reason of `signal`
 */
export async function startProgram(
  connection: SshConnection,
  argv: readonly string[],
  options: StartOptions,
  facts: WorkerFacts,
): Promise<StartedProgram> {
  const { cwd = facts.home, hasInput, signal } = options
  const marker = createMarker()
  const line = programLine(argv, marker, {
    ...options,
    cwd,
    start: facts.start,
    shell: facts.shell,
  })
  const channel = await connection.channel(line.command, { signal })
  const stdout = new MarkerGate(marker)
  const stderr = new MarkerGate(marker)
  const exited = exitOf(channel)
  // A program may end before it has read all; `close` tells the end of everything.
  channel.on('error', () => undefined)
  channel.stderr.on('error', () => undefined)
  channel.pipe(stdout)
  channel.stderr.pipe(stderr)
  if (line.head !== '') channel.write(line.head)
  if (!hasInput) channel.end()
  return {
    channel,
    stdout,
    stderr,
    leader: stdout.opened.then((said) => (said === undefined ? undefined : parseLeader(said))),
    exited,
    failed: stdout.failed,
    word: marker.word.slice(0, 16),
    said: () => `${stderr.noise}\n${stdout.noise}`.trim(),
    release() {
      channel.unpipe(stdout).resume()
      channel.stderr.unpipe(stderr).resume()
      stdout.destroy()
      stderr.destroy()
      // Ended twice, it would make an error of it, stack and all, for nobody.
      if (!channel.writableEnded) channel.end()
      channel.close()
    },
  }
}

/** @throws TypeError for names that a shell, which stands in between, does not take */
export function assertShellNames({ env = {}, secretEnv = {} }: EnvironmentOptions): void {
  for (const name of [...Object.keys(env), ...Object.keys(secretEnv)]) {
    if (!isShellName(name))
      throw new TypeError(
        `expected the name of a variable that a shell passes on, got ${JSON.stringify(name)}`,
      )
  }
}

function parseLeader(said: string): Leader | undefined {
  const stat = parseProcessStat(said)
  if (stat !== undefined)
    return { pid: stat.pid, startTime: stat.startTime, leadsGroup: stat.processGroup === stat.pid }
  return /^\d+$/.test(said) ? { pid: Number(said), startTime: undefined, leadsGroup: true } : undefined
}
