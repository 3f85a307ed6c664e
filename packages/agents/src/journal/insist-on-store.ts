import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from '../store/store-error.ts'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1_000

/**
 * Does something to the store until it has answered: all that a journal does may be done again.
 * @throws StoreError the last one, when the store was `busy` or `unreachable` for `storeMs`; any other at once
 * @throws the reason of `signal`, between two tries
 */
export async function insistOnStore<T>(
  action: () => Promise<T>,
  { storeMs, signal }: { readonly storeMs: number; readonly signal?: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + storeMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await action()
    } catch (error) {
      const passes = error instanceof StoreError && (error.code === 'busy' || error.code === 'unreachable')
      if (!passes || performance.now() + pauseMs > deadline) throw error
    }
    await delay(pauseMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
  }
}
