import type { LadderStep } from './detached-process.ts'
import { HostError } from './errors.ts'

/** What can be ended rung by rung. It owns the clock. */
export interface LadderTarget {
  /** False when it has already ended. */
  signal(name: LadderStep['signal']): Promise<boolean>
  /** True as soon as it has ended, false when `waitMs` passed first. */
  endsWithin(waitMs: number): Promise<boolean>
}

/** SIGTERM twice: a server that is draining may take only the second one as meant. */
export const DEFAULT_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 5_000 },
  { signal: 'SIGTERM', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]

/**
 * Sends the signal of each step and waits for the end, which is the exit and not the closing of pipes.
 * @returns the last signal sent before it ended, or `undefined` when it had already ended
 * @throws HostError `timed-out` when it survives the last step
 */
export async function climbLadder(
  target: LadderTarget,
  ladder: readonly LadderStep[],
): Promise<LadderStep['signal'] | undefined> {
  assertLadder(ladder)
  let sent: LadderStep['signal'] | undefined
  for (const step of ladder) {
    if (!(await target.signal(step.signal))) return sent
    sent = step.signal
    if (await target.endsWithin(step.waitMs)) return sent
  }
  throw new HostError('timed-out', `process survived ${ladder.map((step) => step.signal).join(', ')}`)
}

/** @throws TypeError unless it has steps, and timers can wait that long */
export function assertLadder(ladder: readonly LadderStep[]): void {
  if (ladder.length === 0) throw new TypeError('expected a ladder of at least one step')
  for (const { waitMs } of ladder) {
    if (!(waitMs >= 0 && waitMs <= 2_147_483_647)) throw new TypeError(`expected waitMs >= 0, got ${waitMs}`)
  }
}
