import { anySignal } from './any-signal.ts'
import { ConnectionClosedError, ProtocolError } from './errors.ts'
import { METHOD_TIMEOUTS_MS } from './method-timeouts.ts'
import type { AnyNotification, ClientMethod, ServerRequestMethod } from './method-types.ts'
import { SAFE_ANSWERS } from './safe-answers.ts'
import type { ConnectionClosed, FrameChannel } from './transport/frame-channel.ts'
import { validateNotification, validateResult, validateServerRequest } from './validate/validate-message.ts'
import { violation } from './validate/violation.ts'
import { InboundQueue } from './wire/inbound-queue.ts'
import { Listeners } from './wire/listeners.ts'
import { parseMessage, type Message, type RequestId } from './wire/parse-message.ts'
import { PendingRequests, type CallOptions } from './wire/pending-requests.ts'
import { Outbox } from './wire/outbox.ts'
import { redactLine } from './wire/redact-line.ts'
import { retryOverloaded } from './wire/retry-overloaded.ts'
import { ServerRequests, type ServerRequestContext } from './wire/server-requests.ts'

/** What a connection needs beside its channel, with every default resolved. */
export interface ConnectionOptions {
  readonly defaultTimeoutMs: number
  readonly maxUnsentBytes: number
  readonly unhandledRequests: 'refuse' | 'ignore'
  readonly onProtocolError: (error: ProtocolError) => void
  readonly onListenerError: (error: unknown, method: string) => void
}

/** Messages over a channel, before and after the handshake; it knows methods by name only. */
export class Connection {
  readonly closed: Promise<ConnectionClosed>
  readonly #channel: FrameChannel
  readonly #options: ConnectionOptions
  readonly #ended = new AbortController()
  readonly #pending = new PendingRequests()
  readonly #outbox: Outbox
  readonly #listeners: Listeners<string, AnyNotification>
  readonly #anyListeners: Listeners<'any', AnyNotification>
  readonly #serverRequests: ServerRequests

  constructor(channel: FrameChannel, options: ConnectionOptions) {
    this.#channel = channel
    this.#options = options
    const report = (error: unknown, method: string): void => {
      quietly(() => {
        options.onListenerError(error, method)
      })
    }
    this.#listeners = new Listeners(report)
    this.#anyListeners = new Listeners((error) => {
      report(error, '*')
    })
    this.#outbox = new Outbox((text, gone) => {
      channel.send(text, gone)
    }, options.maxUnsentBytes)
    this.#serverRequests = new ServerRequests({
      send: (message) => {
        this.#send(message)
      },
      fallback: (method, params) => this.#fallback(method, params),
      onThrow: report,
    })
    const queue = new InboundQueue((text) => this.#receive(text))
    channel.start({
      frame: (text) => {
        queue.push(text)
      },
      unreadable: (start, issue) => {
        this.#nonsense(new ProtocolError(redactLine(start), [issue]))
      },
    })
    this.closed = channel.closed.then((closed) => {
      queue.flush()
      this.#outbox.clear()
      this.#pending.close(closed)
      this.#serverRequests.close(closed)
      this.#ended.abort(new ConnectionClosedError(closed))
      return closed
    })
  }

  get signal(): AbortSignal {
    return this.#ended.signal
  }

  /** Rejects with ProtocolError when what comes back is not what the method promises. */
  async request(method: string, params: unknown, options?: CallOptions): Promise<unknown> {
    const result = await this.requestUntyped(method, params, options)
    const issue = validateResult(method, result)
    if (issue !== undefined) throw violation('result', method, issue)
    return result
  }

  requestUntyped(method: string, params: unknown, options: CallOptions = {}): Promise<unknown> {
    const { timeoutMs = this.#timeoutOf(method), signal } = options
    const deadline = performance.now() + timeoutMs
    const limits = {
      deadline,
      signal: () => (signal ? anySignal([signal, this.signal]) : this.signal),
    }
    let isFirst = true
    return retryOverloaded(() => {
      const leftMs = isFirst ? timeoutMs : Math.ceil(deadline - performance.now())
      isFirst = false
      return this.#pending.open(
        method,
        (id, failed) => this.#outbox.push(() => JSON.stringify({ id, method, params }), failed),
        { ...options, timeoutMs: leftMs },
      )
    }, limits)
  }

  notify(method: string, params?: unknown): void {
    this.#send({ method, params })
  }

  #timeoutOf(method: string): number {
    const known = Object.hasOwn(METHOD_TIMEOUTS_MS, method)
    return (known ? METHOD_TIMEOUTS_MS[method as ClientMethod] : undefined) ?? this.#options.defaultTimeoutMs
  }

  onNotification(method: string, listener: (notification: AnyNotification) => void): Disposable {
    return this.#listeners.add(method, listener)
  }

  onAnyNotification(listener: (notification: AnyNotification) => void): Disposable {
    return this.#anyListeners.add('any', listener)
  }

  onRequest(
    method: string,
    handler: (params: unknown, context: ServerRequestContext) => unknown,
  ): Disposable {
    return this.#serverRequests.handle(method, handler)
  }

  async close(): Promise<ConnectionClosed> {
    await this.#channel.close()
    return this.closed
  }

  /** Takes one frame; true when it settled a promise. */
  #receive(text: string): boolean {
    let message: Message
    try {
      message = parseMessage(text)
    } catch (error) {
      this.#nonsense(error as ProtocolError)
      return false
    }
    switch (message.kind) {
      case 'notification':
        this.#notified(message.notification, text)
        return false
      case 'request':
        this.#requested(message.id, message.method, message.params)
        return false
      case 'result':
        return this.#answered(this.#pending.result(message.id, message.result), text)
      case 'error':
        return this.#answered(this.#pending.error(message.id, message.error), text)
    }
  }

  #notified(notification: AnyNotification, text: string): void {
    const { method, params } = notification
    if (typeof params !== 'object' || params === null) {
      this.#nonsense(
        new ProtocolError(redactLine(text), [`a notification "${method.slice(0, 100)}" without params`]),
      )
      return
    }
    const issue = validateNotification(method, params)
    if (issue !== undefined) {
      this.#nonsense(violation('notification', method, issue))
      return
    }
    if (method === 'serverRequest/resolved')
      this.#serverRequests.resolved((params as { requestId: RequestId }).requestId)
    this.#listeners.emit(method, notification)
    this.#anyListeners.emit('any', notification)
  }

  #requested(id: RequestId, method: string, params: unknown): void {
    const issue = validateServerRequest(method, params)
    if (issue === undefined) {
      this.#serverRequests.receive(id, method, params)
      return
    }
    this.#nonsense(violation('request', method, issue))
    // The first answer counts, an error too: who would not have answered does not refuse for the others.
    if (this.#options.unhandledRequests === 'ignore' && !this.#serverRequests.handles(method)) return
    this.#send({ id, error: { code: -32602, message: `"${method}" is not what it should be: ${issue}` } })
  }

  #answered(outcome: 'settled' | 'late' | 'unknown', text: string): boolean {
    if (outcome === 'unknown')
      this.#nonsense(new ProtocolError(redactLine(text), ['an answer to nothing that we asked']))
    return outcome === 'settled'
  }

  #fallback(
    method: string,
    params: unknown,
  ): ReturnType<ConstructorParameters<typeof ServerRequests>[0]['fallback']> {
    if (this.#options.unhandledRequests === 'ignore') return undefined
    const known = Object.hasOwn(SAFE_ANSWERS, method) && typeof params === 'object' && params !== null
    const answer = known
      ? (SAFE_ANSWERS[method as ServerRequestMethod] as (params: unknown) => unknown)
      : undefined
    if (answer) return { result: answer(params) }
    return { error: { code: -32601, message: `"${method}" is not supported by this client` } }
  }

  /** @throws TypeError for what cannot be written as JSON: an answer is written even when it has to wait. */
  #send(message: object): void {
    const text = JSON.stringify(message)
    this.#outbox.push(
      () => text,
      () => undefined,
    )
  }

  #nonsense(error: ProtocolError): void {
    quietly(() => {
      this.#options.onProtocolError(error)
    })
  }
}

/** A callback of the embedder that throws must not stop reading, and there is nobody left to tell. */
function quietly(call: () => void): void {
  try {
    call()
  } catch {
    // Nothing to do: see above.
  }
}
