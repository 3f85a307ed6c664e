import { setTimeout as delay } from 'node:timers/promises'
import { StoreError, type StoreErrorCode } from '../store/store-error.ts'

const MAX_PAUSE_MS = 2_000
/** What another try can't change. */
const FINAL: readonly StoreErrorCode[] = ['not-found', 'lease-lost', 'leased', 'closed', 'newer-store']

export interface InsistOptions {
  /** Gives up after so long, in milliseconds. @default never */
  readonly forMs?: number
  /** Gives up at once. */
  readonly signal: AbortSignal
  /** Hears of every failure that is tried again. */
  readonly onFailure?: (error: StoreError, tries: number) => void
}

/** Does an idempotent operation of the store until it has succeeded, with growing pauses. @throws StoreError */
export async function insist<T>(
  operation: () => Promise<T>,
  { forMs = Infinity, signal, onFailure }: InsistOptions,
): Promise<T> {
  const deadline = performance.now() + forMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof StoreError) || FINAL.includes(error.code)) throw error
      const pause = Math.min(MAX_PAUSE_MS, 10 * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2)
      if (signal.aborted || performance.now() + pause > deadline) throw error
      onFailure?.(error, tries)
      await delay(pause, undefined, { signal }).catch(() => undefined)
    }
  }
}
