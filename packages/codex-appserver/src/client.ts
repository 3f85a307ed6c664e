import type { InitializeResponse } from './_generated/protocol.ts'
import type { Connection } from './connection.ts'
import type {
  AnyNotification,
  ClientMethod,
  ParamsOf,
  ResultOf,
  ServerNotificationMethod,
  ServerRequestMethod,
} from './method-types.ts'
import type { ConnectionClosed } from './transport/frame-channel.ts'
import type { CallOptions } from './wire/pending-requests.ts'
import type { LEAVE_UNANSWERED, ServerRequestContext } from './wire/server-requests.ts'

/**
 * An initialized connection to an app-server. Made by `connect`; whoever called that closes it.
 *
 * Order: notifications, requests of the server and answers to our requests are seen in the order of their arrival.
 * In particular code that awaits `request(...)` continues before any message that came after the answer is handed
 * to a listener, as long as nothing but promises lies between: listeners added there miss nothing.
 */
export class AppServerClient implements AsyncDisposable {
  /** What the server said of itself in answer to `initialize`. */
  readonly serverInfo: InitializeResponse
  /** Resolves with the end of the connection; never rejects. Every pending request is rejected before. */
  readonly closed: Promise<ConnectionClosed>
  /** Aborts with ConnectionClosedError when the connection is over. */
  readonly signal: AbortSignal
  readonly #connection: Connection

  /** Not for callers: use `connect`. */
  constructor(connection: Connection, serverInfo: InitializeResponse) {
    this.#connection = connection
    this.serverInfo = serverInfo
    this.closed = connection.closed
    this.signal = connection.signal
  }

  /**
   * Sends a request and waits for its result.
   * Rejects with RpcError when the server refuses, RequestTimeoutError after `timeoutMs`, ConnectionClosedError
   * when the link goes, ProtocolError when the result is not of its type, and the reason of `signal`. None of them
   * but the third ends the connection.
   */
  request<M extends ClientMethod>(
    method: M,
    params: ParamsOf<M>,
    options?: CallOptions,
  ): Promise<ResultOf<M>> {
    return this.#connection.request(method, params, options) as Promise<ResultOf<M>>
  }

  /** `request` for methods of a newer server, which have no types here. Nothing is checked: parse what comes back. */
  requestUntyped(method: string, params: unknown, options?: CallOptions): Promise<unknown> {
    return this.#connection.requestUntyped(method, params, options)
  }

  /** Calls `listener` with the params of each such notification. What it throws goes to `onListenerError`. */
  onNotification<M extends ServerNotificationMethod>(
    method: M,
    listener: (params: ParamsOf<M>) => void,
  ): Disposable {
    return this.#connection.onNotification(method, ({ params }) => {
      listener(params as ParamsOf<M>)
    })
  }

  /** Calls `listener` with every notification, also of methods that this package does not know. */
  onAnyNotification(listener: (notification: AnyNotification) => void): Disposable {
    return this.#connection.onAnyNotification(listener)
  }

  /**
   * Answers requests of the server. The promise may stay open for hours; `context.signal` tells when its answer is
   * no longer wanted, and what it then returns is dropped. A handler that throws answers with an error that says
   * no more than that. Return `LEAVE_UNANSWERED` when another client of the thread is to answer.
   * @throws TypeError when the method has a handler already.
   */
  onRequest<M extends ServerRequestMethod>(
    method: M,
    handler: (
      params: ParamsOf<M>,
      context: ServerRequestContext,
    ) => Promise<ResultOf<M> | typeof LEAVE_UNANSWERED> | ResultOf<M> | typeof LEAVE_UNANSWERED,
  ): Disposable {
    return this.#connection.onRequest(method, (params, context) => handler(params as ParamsOf<M>, context))
  }

  /** Ends the connection and the channel below it. The server and its threads live on. Idempotent. */
  close(): Promise<ConnectionClosed> {
    return this.#connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
