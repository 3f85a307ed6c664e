import { RpcError } from '../errors.ts'

/** What the server answers when its queue is full: the request was not looked at, so asking again does no harm. */
const OVERLOADED = -32001

const MAX_RETRIES = 6
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 5_000

/** What bounds the trying. */
export interface RetryLimits {
  /** When the request gives up, by `performance.now()`. */
  readonly deadline: number
  /** Aborts the waiting between two tries, with its reason; asked for only when there is something to wait for. */
  readonly signal: () => AbortSignal
}

/**
 * Asks again while the server says that it is overloaded: at most six times, after pauses that double from 0.1 s to
 * 5 s, each shortened by chance by up to half, so that many clients do not come back at once. The last refusal is
 * thrown when the next pause would end after the deadline. Every other error is thrown at once.
 */
export async function retryOverloaded<T>(ask: () => Promise<T>, limits: RetryLimits): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      const isOverloaded = error instanceof RpcError && error.rpcCode === OVERLOADED
      const pauseMs = Math.min(FIRST_DELAY_MS * 2 ** tries, MAX_DELAY_MS) * (1 - Math.random() / 2)
      if (!isOverloaded || tries === MAX_RETRIES || performance.now() + pauseMs >= limits.deadline)
        throw error
      await pause(pauseMs, limits.signal())
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
