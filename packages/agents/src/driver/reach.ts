import { setTimeout as delay } from 'node:timers/promises'
import { HostError } from '@x/host'
import { isOutOfReach } from './is-out-of-reach.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** A connection that lasted so long was one. */
const THERE_MS = 1_000

export interface ReachOptions {
  /** How long the machine may be out of reach, in milliseconds. */
  readonly lostMs: number
  readonly signal: AbortSignal
}

/**
 * Does something on the machine, again and again while that is out of reach: the host dials by itself. It must be
 * something that may be done twice. A link that breaks now and then is no machine that is lost: who must come to an end has
 * its own time beside `lostMs`.
 * @param onProgress is called by what shows that the machine answers: the time begins anew then
 * @throws what says that the machine is out of reach, after `lostMs`; the reason of `signal`; what `action` throws
 */
export async function whileReachable<T>(
  { lostMs, signal }: ReachOptions,
  action: (onProgress: () => void) => Promise<T>,
): Promise<T> {
  let lostAt: number | undefined
  let pauseMs = FIRST_PAUSE_MS
  const onProgress = (): void => {
    lostAt = undefined
    pauseMs = FIRST_PAUSE_MS
  }
  for (;;) {
    signal.throwIfAborted()
    const startedAt = performance.now()
    try {
      return await action(onProgress)
    } catch (error) {
      signal.throwIfAborted()
      const now = performance.now()
      // It was there for a while, and is lost anew.
      const wasThere =
        error instanceof HostError && error.code === 'connection-lost' && now - startedAt > THERE_MS
      if (wasThere) onProgress()
      lostAt ??= now
      if (!isOutOfReach(error) || now + pauseMs - lostAt > lostMs) throw error
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
}
