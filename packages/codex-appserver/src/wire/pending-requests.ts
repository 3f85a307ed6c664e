import { ConnectionClosedError, RequestTimeoutError, RpcError } from '../errors.ts'
import type { ConnectionClosed } from '../transport/frame-channel.ts'
import type { RequestId } from './parse-message.ts'

/** How long to wait, and what ends the waiting. */
export interface CallOptions {
  /**
   * How long to wait for the answer, in milliseconds; `Infinity` waits as long as the connection lives. The time
   * that a full connection holds the request back, and that of asking an overloaded server again, is part of it.
   * @default what `METHOD_TIMEOUTS_MS` says of the method, else `defaultTimeoutMs` of the connection: 30_000
   */
  readonly timeoutMs?: number
  /**
   * Stops waiting and rejects with its reason. A request that was still held back is never sent. Otherwise the
   * server is not told: what was asked may still happen.
   */
  readonly signal?: AbortSignal
}

/** A signal's reason counts as an error: it is rethrown as it is. */
type Outcome = { readonly result: unknown } | { readonly error: Error }

interface Pending {
  readonly method: string
  settle(outcome: Outcome): void
}

/** Late answers that are recognised as such; older ones are reported as unknown, which costs nothing but a report. */
const MAX_GIVEN_UP = 1_024

/** setTimeout fires at once beyond this. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Numbers our requests and gives every answer to the one who waits for it. */
export class PendingRequests {
  readonly #pending = new Map<RequestId, Pending>()
  readonly #givenUp = new Set<RequestId>()
  #lastId = 0
  #closed: ConnectionClosed | undefined

  /**
   * Registers a request and sends it through `send` with its number. `send` gets what to do when the request
   * cannot be written, and returns how to take it back while it has not been sent.
   * Rejects with RpcError, RequestTimeoutError, ConnectionClosedError, or the signal's reason.
   */
  open(
    method: string,
    send: (id: number, failed: (error: unknown) => void) => () => void,
    options: Required<Pick<CallOptions, 'timeoutMs'>> & CallOptions,
  ): Promise<unknown> {
    const { timeoutMs, signal } = options
    return new Promise((resolve, reject) => {
      if (!(timeoutMs > 0)) throw new TypeError(`expected timeoutMs > 0, got ${String(timeoutMs)}`)
      signal?.throwIfAborted()
      if (this.#closed) throw new ConnectionClosedError(this.#closed, method)
      const id = (this.#lastId += 1)
      let takeBack: () => void = () => undefined
      const giveUp = (error: Error): void => {
        takeBack()
        this.#remember(id)
        this.#pending.get(id)?.settle({ error })
      }
      const onAbort = (): void => {
        giveUp(signal?.reason as Error)
      }
      const timer =
        timeoutMs <= MAX_TIMER_MS
          ? setTimeout(() => {
              giveUp(new RequestTimeoutError(method, timeoutMs))
            }, timeoutMs)
          : undefined
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(id, {
        method,
        settle: (outcome) => {
          this.#pending.delete(id)
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          if ('error' in outcome) reject(outcome.error)
          else resolve(outcome.result)
        },
      })
      takeBack = send(id, (error) => {
        // Params that cannot be written as JSON: the mistake of the caller, who alone hears of it.
        this.#pending.get(id)?.settle({ error: error as Error })
      })
    })
  }

  /** What became of a response: someone had it, it came too late, or nobody ever asked. */
  result(id: RequestId, result: unknown): 'settled' | 'late' | 'unknown' {
    return this.#settle(id, () => ({ result }))
  }

  error(
    id: RequestId,
    error: { readonly code: number; readonly message: string; readonly data?: unknown },
  ): 'settled' | 'late' | 'unknown' {
    return this.#settle(id, (method) => ({ error: new RpcError(method, error) }))
  }

  /** Rejects everything that waits, and from now on everything that is asked. */
  close(closed: ConnectionClosed): void {
    this.#closed = closed
    for (const pending of [...this.#pending.values()]) {
      pending.settle({ error: new ConnectionClosedError(closed, pending.method) })
    }
    this.#givenUp.clear()
  }

  #settle(id: RequestId, outcomeOf: (method: string) => Outcome): 'settled' | 'late' | 'unknown' {
    const pending = this.#pending.get(id)
    if (!pending) return this.#givenUp.delete(id) ? 'late' : 'unknown'
    pending.settle(outcomeOf(pending.method))
    return 'settled'
  }

  #remember(id: RequestId): void {
    this.#givenUp.add(id)
    if (this.#givenUp.size <= MAX_GIVEN_UP) return
    for (const oldest of this.#givenUp) {
      this.#givenUp.delete(oldest)
      break
    }
  }
}
