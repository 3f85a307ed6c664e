import { AppServerError, ConnectionClosedError } from '../errors.ts'
import type { ConnectionClosed } from '../transport/frame-channel.ts'
import type { RequestId } from './parse-message.ts'

/** Returned by a handler that is not the one to answer: another client of the same thread will. Nothing is sent. */
export const LEAVE_UNANSWERED: unique symbol = Symbol('leave unanswered')

/** What a handler knows of the request beside its params. */
export interface ServerRequestContext {
  /** The server's own number. A request that is sent again after a re-attach has the same one. */
  readonly requestId: RequestId
  readonly method: string
  /**
   * Aborts when no answer is wanted any more: another client gave one or the turn ended
   * (AppServerError `answered-elsewhere`), or the connection closed (ConnectionClosedError).
   */
  readonly signal: AbortSignal
}

type Handler = (params: unknown, context: ServerRequestContext) => unknown

/** What is sent back to the server. */
type Answer =
  { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } }

interface ServerRequestPorts {
  send(message: { readonly id: RequestId } & Answer): void
  /** The answer without a handler, `undefined` to stay silent. */
  fallback(method: string, params: unknown): Answer | undefined
  onThrow(error: unknown, method: string): void
}

/**
 * The server's requests that we owe an answer.
 *
 * A request is *open* from its arrival until its handler returns, and may stay so for hours. It leaves that state
 * once, by whichever comes first: the handler's answer (sent), `serverRequest/resolved` or the end of the
 * connection (the handler's signal aborts, its answer is dropped). While it is open, the same request sent again
 * is ignored: the handler that has it will answer.
 */
export class ServerRequests {
  readonly #handlers = new Map<string, Handler>()
  readonly #open = new Map<RequestId, AbortController>()
  readonly #ports: ServerRequestPorts

  constructor(ports: ServerRequestPorts) {
    this.#ports = ports
  }

  /** @throws TypeError when `method` already has a handler: two would answer twice. */
  handle(method: string, handler: Handler): Disposable {
    if (this.#handlers.has(method)) throw new TypeError(`expected one handler for ${method}, got a second`)
    this.#handlers.set(method, handler)
    return {
      [Symbol.dispose]: () => {
        if (this.#handlers.get(method) === handler) this.#handlers.delete(method)
      },
    }
  }

  /** Whether someone here answers `method`. */
  handles(method: string): boolean {
    return this.#handlers.has(method)
  }

  receive(id: RequestId, method: string, params: unknown): void {
    if (this.#open.has(id)) return
    const handler = this.#handlers.get(method)
    if (!handler) {
      const answer = this.#ports.fallback(method, params)
      if (answer) this.#ports.send({ id, ...answer })
      return
    }
    const controller = new AbortController()
    this.#open.set(id, controller)
    void this.#run(handler, params, { requestId: id, method, signal: controller.signal }, controller)
  }

  /** Someone else's answer was taken, or none is wanted any more. */
  resolved(id: RequestId): void {
    this.#take(id)?.abort(new AppServerError('answered-elsewhere', 'the request needs no answer any more'))
  }

  close(closed: ConnectionClosed): void {
    for (const id of [...this.#open.keys()]) this.#take(id)?.abort(new ConnectionClosedError(closed))
  }

  async #run(
    handler: Handler,
    params: unknown,
    context: ServerRequestContext,
    controller: AbortController,
  ): Promise<void> {
    const { requestId: id, method } = context
    try {
      const result = await handler(params, context)
      if (result === undefined) throw new TypeError(`expected an answer to ${method}, got undefined`)
      // Sent before it is forgotten: an answer that cannot be written as JSON counts as none.
      if (this.#open.get(id) === controller && result !== LEAVE_UNANSWERED) this.#ports.send({ id, result })
    } catch (error) {
      if (this.#open.get(id) !== controller) return
      this.#ports.onThrow(error, method)
      // The peer is a program that may show this to the model: it learns that we failed, not how.
      const message = `the client failed to answer "${method}"`
      this.#ports.send({ id, error: { code: -32603, message } })
    } finally {
      if (this.#open.get(id) === controller) this.#open.delete(id)
    }
  }

  #take(id: RequestId): AbortController | undefined {
    const controller = this.#open.get(id)
    this.#open.delete(id)
    return controller
  }
}
