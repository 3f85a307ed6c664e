import { ResponsesError } from '../errors.ts'
import type { ModelRequest } from '../model-request.ts'

/** One request that was answered or is being answered. */
export interface RecordedRequest extends ModelRequest {
  /** The bearer that came with it; a secret, so log it nowhere. */
  readonly bearer: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Aborts when the client went away before the answer was complete, or the server closed. */
  readonly signal: AbortSignal
}

interface Waiter {
  readonly resolve: (request: RecordedRequest) => void
  readonly reject: (reason: Error) => void
}

/** Remembers the newest requests within two limits and hands each of them once to whoever waits for the next. */
export class RequestLog {
  readonly #maxCount: number
  readonly #maxBytes: number
  readonly #kept: { readonly request: RecordedRequest; readonly bytes: number }[] = []
  readonly #untaken: RecordedRequest[] = []
  readonly #waiters = new Set<Waiter>()
  #bytes = 0
  #closed = false

  constructor(limits: { readonly maxCount: number; readonly maxBytes: number }) {
    this.#maxCount = limits.maxCount
    this.#maxBytes = limits.maxBytes
  }

  get requests(): readonly RecordedRequest[] {
    return this.#kept.map(({ request }) => request)
  }

  add(request: RecordedRequest, bytes: number): void {
    this.#kept.push({ request, bytes })
    this.#bytes += bytes
    const waiter = this.#waiters.values().next().value
    if (waiter === undefined) this.#untaken.push(request)
    else {
      this.#waiters.delete(waiter)
      waiter.resolve(request)
    }
    while (this.#kept.length > this.#maxCount || this.#bytes > this.#maxBytes) this.#dropOldest()
  }

  async next(signal?: AbortSignal): Promise<RecordedRequest> {
    signal?.throwIfAborted()
    const ready = this.#untaken.shift()
    if (ready !== undefined) return ready
    if (this.#closed) throw closedError()
    return await new Promise<RecordedRequest>((resolve, reject) => {
      const settle = () => {
        signal?.removeEventListener('abort', onAbort)
        this.#waiters.delete(waiter)
      }
      const waiter: Waiter = {
        resolve: (request) => {
          settle()
          resolve(request)
        },
        reject: (reason) => {
          settle()
          reject(reason)
        },
      }
      const onAbort = () => {
        waiter.reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  close(): void {
    this.#closed = true
    for (const waiter of [...this.#waiters]) waiter.reject(closedError())
  }

  #dropOldest(): void {
    const oldest = this.#kept.shift()
    if (oldest === undefined) return
    this.#bytes -= oldest.bytes
    const index = this.#untaken.indexOf(oldest.request)
    if (index !== -1) this.#untaken.splice(index, 1)
  }
}

function closedError(): ResponsesError {
  return new ResponsesError('closed', 'the server was closed before another request came')
}
