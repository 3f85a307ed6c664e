import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { chatModel } from './chat/chat-model.ts'
import { ResponsesError } from './errors.ts'
import type { ScriptedModel } from './scripted-model.ts'
import type { ApiKeyCheck } from './server/check-bearer.ts'
import { createRequestHandler } from './server/handle-request.ts'
import { RequestLog, type RecordedRequest } from './server/request-log.ts'

const MAX_RECORDED_BYTES = 64 * 1024 * 1024

export interface ResponsesServerOptions {
  /** 0 takes any free port. @default 0 */
  readonly port?: number
  /** An address of this machine. Another than loopback needs an `apiKey`. @default '127.0.0.1' */
  readonly host?: string
  /** What answers. @default chatModel() */
  readonly model?: ScriptedModel
  /** The only bearer that is let in, or a function that decides about each. Without it everyone on this machine is. */
  readonly apiKey?: ApiKeyCheck
  /** How many requests `requests` remembers, 64 MiB of bodies at most; 0 for none. @default 100 */
  readonly keepRequests?: number
  /** Closes the server. */
  readonly signal?: AbortSignal
}

/** A running server. Whoever opened it closes it. */
export interface ResponsesServer extends AsyncDisposable {
  /** The base URL for a client's configuration, such as `http://127.0.0.1:4000/v1`. */
  readonly url: string
  readonly port: number
  /** The newest accepted `POST /v1/responses`, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /**
   * The next request that nobody has taken yet, those that came before the call included; each is handed out once.
   * @throws ResponsesError `closed` when the server closes first; `signal.reason` when the signal aborts.
   */
  nextRequest(options?: { readonly signal?: AbortSignal }): Promise<RecordedRequest>
  /** Called for each accepted request before the model answers it. What the listener throws is dropped. */
  on(name: 'request', listener: (request: RecordedRequest) => void): Disposable
  /** Cuts off who is still being answered and frees the port. Idempotent. */
  close(): Promise<void>
}

/**
 * Serves `POST /v1/responses` and `GET /v1/models`.
 *
 * @throws TypeError for a port, host or limit that makes no sense, before anything is opened.
 * @throws ResponsesError `port-in-use` when the port is taken, `listen-failed` for any other refusal of the system.
 */
export async function openResponsesServer(options: ResponsesServerOptions = {}): Promise<ResponsesServer> {
  const { port = 0, host = '127.0.0.1', model = chatModel(), apiKey, keepRequests = 100, signal } = options
  assertOptions(port, host, apiKey, keepRequests)
  signal?.throwIfAborted()

  const log = new RequestLog({ maxCount: keepRequests, maxBytes: MAX_RECORDED_BYTES })
  const listeners = new Set<(request: RecordedRequest) => void>()
  const closing = new AbortController()
  const onRequest = (request: RecordedRequest, bytes: number) => {
    log.add(request, bytes)
    for (const listener of listeners) callListener(listener, request)
  }
  const server = createServer(createRequestHandler({ model, apiKey, onRequest, signal: closing.signal }))
  // Codex keeps connections; Node's 5 s would close one at the moment when the next turn uses it.
  server.keepAliveTimeout = 10 * 60_000
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    else socket.destroy()
  })
  await listen(server, port, host)

  let closed: Promise<void> | undefined
  const close = (): Promise<void> =>
    (closed ??= new Promise((resolve) => {
      signal?.removeEventListener('abort', onAbort)
      closing.abort(new ResponsesError('closed', 'the server was closed'))
      log.close()
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    }))
  const onAbort = () => void close()
  signal?.addEventListener('abort', onAbort, { once: true })

  const actualPort = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${String(actualPort)}/v1`,
    port: actualPort,
    get requests() {
      return log.requests
    },
    nextRequest: (waiting = {}) => log.next(waiting.signal),
    on(_name, listener) {
      // A wrapper of its own, so that a listener that was added twice is removed once.
      const added = (request: RecordedRequest) => {
        listener(request)
      }
      listeners.add(added)
      return { [Symbol.dispose]: () => void listeners.delete(added) }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function assertOptions(
  port: number,
  host: string,
  apiKey: ApiKeyCheck | undefined,
  keepRequests: number,
): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`expected port 0 to 65535, got ${String(port)}`)
  if (!Number.isInteger(keepRequests) || keepRequests < 0) {
    throw new TypeError(`expected keepRequests >= 0, got ${String(keepRequests)}`)
  }
  if (apiKey === '') throw new TypeError('expected apiKey to be a non-empty string')
  const isLoopback = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
  if (!isLoopback && apiKey === undefined)
    throw new TypeError(`expected an apiKey for the non-loopback host ${host}`)
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const place = `${host}:${String(port)}`
      reject(
        cause.code === 'EADDRINUSE'
          ? new ResponsesError('port-in-use', `port is taken by another process: ${place}`, { cause })
          : new ResponsesError('listen-failed', `${cause.message}: cannot listen on ${place}`, { cause }),
      )
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function callListener(listener: (request: RecordedRequest) => void, request: RecordedRequest): void {
  try {
    listener(request)
  } catch {
    // A listener only watches; the answer does not depend on it.
  }
}
