import { AgentSessionError } from './session-error.ts'
import type { SessionPhase } from './session-outcome.ts'

/** `setTimeout` takes no more, in milliseconds. What takes longer has no end. */
export const LONGEST_MS = 2 ** 31 - 1

export interface Budget {
  readonly phase: SessionPhase
  readonly ms: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs `body` with a signal that aborts when its time is over or `signal` aborts. Does not wait for a body that does
 * not listen; what that one does later is ignored.
 * @throws AgentSessionError `timed-out`; the reason of `signal`; what `body` throws
 */
export function withinBudget<T>(
  { phase, ms, signal }: Budget,
  body: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController()
    const stop = (reason: unknown): void => {
      controller.abort(reason)
      // The signal's reason, or an error of ours.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(reason)
    }
    const leave = (): void => stop(signal?.reason)
    if (signal?.aborted === true) {
      leave()
      return
    }
    const late = (): void =>
      stop(new AgentSessionError('timed-out', phase, `${phase} took longer than ${ms} ms`))
    const timer = ms > LONGEST_MS ? undefined : setTimeout(late, ms)
    signal?.addEventListener('abort', leave)
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
    }
    controller.signal.addEventListener('abort', settle)
    Promise.resolve()
      .then(() => body(controller.signal))
      .then(resolve, reject)
      .finally(settle)
  })
}
