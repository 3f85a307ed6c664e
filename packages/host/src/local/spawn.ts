import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { assertAbsolute, assertArgv, assertEnvironmentOptions } from '../assert-arguments.ts'
import type { LadderStep, ProcessIdentity } from '../detached-process.ts'
import type { HostFacts } from '../host.ts'
import { climbLadder, DEFAULT_LADDER } from '../kill-ladder.ts'
import type { ProcessExit, RunningProcess, SpawnOptions } from '../running-process.ts'
import { childOutput, type ChildOutput } from './child-output.ts'
import { hasExited } from './has-exited.ts'
import { isRunning, readProcessStatNow } from './identity.ts'
import { sendSignal, signalLeftovers } from './process-group.ts'
import { isSessionEmpty, killSession, signalSession } from './pty-session.ts'
import type { Reaper } from './reaper.ts'
import { startChild } from './start-child.ts'

/** A program that is closed gets a moment to tidy up. */
const CLOSE_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]
/** What a leader left behind is nobody's child of ours: its end is found by looking. */
const FIRST_LOOK_MS = 5
const SLOWEST_LOOK_MS = 100

/**
 * Starts a program with its streams. The caller closes it.
 * @param onClosed called when it was closed
 * @throws HostError `spawn-failed`; TypeError for misuse; the reason of `signal` when it has aborted
 */
export async function spawnLocal(
  argv: readonly string[],
  options: SpawnOptions,
  place: { readonly facts: HostFacts; readonly reaper: Reaper },
  onClosed: (closed: RunningProcess) => void,
): Promise<RunningProcess> {
  const { stdin = 'ignore', cwd, signal } = options
  assertArgv(argv)
  if (cwd !== undefined) assertAbsolute('cwd', cwd)
  assertEnvironmentOptions(options)
  signal?.throwIfAborted()
  place.reaper.ready()
  const child = await startChild(argv, options, stdin, place.facts)
  const pid = Number(child.pid)
  const leader = {
    pid,
    startTime: readProcessStatNow(pid)?.startTime ?? '0',
    bootId: place.facts.bootId,
  }
  return new LocalRunningProcess(child, leader, { reaper: place.reaper, signal, onClosed })
}

interface Owner {
  readonly reaper: Reaper
  readonly signal: AbortSignal | undefined
  readonly onClosed: (closed: RunningProcess) => void
}

/**
 * A program of this machine with its pipes.
 *
 * *running*; *ended*: the program has exited, others may hold its pipes and its session; *closed*: nobody is left.
 */
class LocalRunningProcess implements RunningProcess {
  readonly pid: number
  readonly stdin: Writable | undefined
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<ProcessExit>
  readonly #child: ChildProcess
  readonly #leader: ProcessIdentity
  readonly #owner: Owner
  readonly #outputs: readonly ChildOutput[]
  #closing: Promise<void> | undefined

  constructor(child: ChildProcess, leader: ProcessIdentity, owner: Owner) {
    this.#child = child
    this.#leader = leader
    this.#owner = owner
    this.pid = leader.pid
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    })
    this.stdin = child.stdin ?? undefined
    this.stdin?.on('error', () => undefined)
    const stdout = childOutput(child.stdout as Readable)
    const stderr = childOutput(child.stderr as Readable)
    this.stdout = stdout.output
    this.stderr = stderr.output
    this.#outputs = [stdout, stderr]
    owner.reaper.add(leader)
    owner.signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (owner.signal?.aborted) this.#onAbort()
  }

  async signal(name: LadderStep['signal'], options: { readonly group?: boolean } = {}): Promise<boolean> {
    // Until Node has told the end the child has not been reaped: its number is its own.
    if (!hasExited(this.#child) && this.#isRunning()) {
      return sendSignal(options.group === true ? -this.pid : this.pid, name)
    }
    return options.group === true && (await signalLeftovers(this.#leader, this.#leader.bootId, name)) > 0
  }

  async stop(ladder: readonly LadderStep[] = DEFAULT_LADDER): Promise<LadderStep['signal'] | undefined> {
    const target = {
      signal: (name: LadderStep['signal']) => this.#signalAll(name),
      endsWithin: (waitMs: number) => this.#endsWithin(waitMs),
    }
    const sent = await climbLadder(target, ladder)
    // One may have forked between the last look and the kill.
    if (sent !== undefined && process.platform === 'linux') await killSession(this.#leader)
    await this.exited
    return sent
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  readonly #onAbort = (): void => {
    // Who awaits `close` hears of a failure.
    this.close().catch(() => undefined)
  }

  async #close(): Promise<void> {
    this.#owner.signal?.removeEventListener('abort', this.#onAbort)
    for (const output of this.#outputs) output.discard()
    try {
      await this.stop(CLOSE_LADDER)
      this.#owner.reaper.remove(this.#leader)
    } finally {
      this.stdin?.destroy()
      this.stdout.destroy()
      this.stderr.destroy()
      this.#owner.onClosed(this)
    }
  }

  #isRunning(): boolean {
    if (process.platform !== 'linux') return true
    const stat = readProcessStatNow(this.pid)
    return stat !== undefined && isRunning(stat)
  }

  async #signalAll(name: LadderStep['signal']): Promise<boolean> {
    // The kernel signals a group in one step, so that nobody forks away from it.
    const isLed = !hasExited(this.#child) && this.#isRunning() && sendSignal(-this.pid, name)
    if (process.platform !== 'linux') return isLed
    const others = await signalSession(
      this.#leader,
      [name],
      ({ processGroup }) => !isLed || processGroup !== this.pid,
    )
    return isLed || others > 0
  }

  async #endsWithin(waitMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + waitMs
    const late = new AbortController()
    await Promise.race([
      this.exited,
      delay(waitMs, undefined, { signal: late.signal }).catch(() => undefined),
    ])
    late.abort()
    if (process.platform !== 'linux') return hasExited(this.#child)
    for (let lookMs = FIRST_LOOK_MS; !(await isSessionEmpty(this.#leader));) {
      const leftMs = giveUpAt - performance.now()
      if (leftMs <= 0) return false
      await delay(Math.min(lookMs, leftMs))
      lookMs = Math.min(lookMs * 2, SLOWEST_LOOK_MS)
    }
    return true
  }
}
