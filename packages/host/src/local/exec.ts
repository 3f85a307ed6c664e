import type { ChildProcess } from 'node:child_process'
import { assertExec, DEFAULT_MAX_BYTES } from '../assert-exec.ts'
import type { LadderStep } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { relayEndings } from '../exec-endings.ts'
import type { ExecOptions, ExecResult } from '../exec-result.ts'
import type { HostFacts } from '../host.ts'
import { climbLadder } from '../kill-ladder.ts'
import { feedInput } from './feed-input.ts'
import { hasExited } from './has-exited.ts'
import { readProcessStatNow } from './identity.ts'
import { collectOutput, readToEnd } from './collect-output.ts'
import { killLeftovers, sendSignal } from './process-group.ts'
import { startChild } from './start-child.ts'

/** A program that is ended early gets a moment to tidy up. */
const EXEC_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]

/** As `Host.exec`; also ends, and rejects with its reason, when `hostSignal` aborts. */
export async function execLocal(
  argv: readonly string[],
  options: ExecOptions,
  facts: HostFacts,
  hostSignal: AbortSignal,
): Promise<ExecResult> {
  const { maxBytes = DEFAULT_MAX_BYTES, signal } = options
  assertExec(argv, options, maxBytes)
  signal?.throwIfAborted()
  const startedAt = performance.now()
  const child = await startChild(argv, options, options.stdin === undefined ? 'ignore' : 'pipe', facts)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const startTime = readProcessStatNow(Number(child.pid))?.startTime
  // One signal for all that may end the program early; its reason is what the caller gets.
  const ending = new AbortController()
  const tooLarge = () =>
    ending.abort(new HostError('too-large', `more than ${maxBytes} bytes of output from ${argv[0]}`))
  const outputs = [
    collectOutput(child.stdout, maxBytes, tooLarge),
    collectOutput(child.stderr, maxBytes, tooLarge),
  ] as const
  const release = relayEndings(ending, argv, options, [hostSignal])
  try {
    feedInput(child.stdin, options.stdin, (error) => ending.abort(error))
    await Promise.race([exited, aborted(ending.signal)])
    if (!ending.signal.aborted) await Promise.race([readToEnd(outputs), aborted(ending.signal)])
    if (ending.signal.aborted) {
      await endGroup(child, exited, startTime, facts.bootId)
      throw ending.signal.reason
    }
  } finally {
    release()
    child.stdin?.destroy()
    for (const output of outputs) output.abandon()
  }
  const [stdout, stderr] = outputs.map((output) => output.text()) as [string, string]
  return {
    argv: [...argv],
    exitCode: child.exitCode,
    signal: child.signalCode,
    stdout,
    stderr,
    durationMs: performance.now() - startedAt,
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** While the child has not been reaped its pid is its own; afterwards only proven members of its group are killed. */
async function endGroup(
  child: ChildProcess,
  exited: Promise<void>,
  startTime: string | undefined,
  bootId: string,
): Promise<void> {
  const pid = Number(child.pid)
  const target = {
    signal: async (name: LadderStep['signal']) => !hasExited(child) && sendSignal(-pid, name),
    endsWithin: async (waitMs: number) => {
      const timer = new AbortController()
      const timeout = setTimeout(() => timer.abort(), waitMs)
      await Promise.race([exited, aborted(timer.signal)])
      clearTimeout(timeout)
      return hasExited(child)
    },
  }
  await climbLadder(target, EXEC_LADDER)
  if (startTime !== undefined) await killLeftovers({ pid, startTime, bootId }, bootId)
}
