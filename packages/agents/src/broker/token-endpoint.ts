import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { BrokerError } from './broker-error.ts'
import { parseTokenRequest } from './parse-token-request.ts'

const MAX_BODY_BYTES = 16 * 1024
const PATH = '/oauth/token'
/** Refusals leave at multiples of this after the request has come, whatever it took to find out. */
const REFUSAL_MS = 100

/** What is answered to a handle. */
export type EndpointAnswer =
  | {
      readonly type: 'granted'
      readonly accessToken: string
      readonly idToken?: string
      readonly expiresInMs?: number
    }
  /** It is good, and gets nothing now. */
  | { readonly type: 'later'; readonly status: 429 | 503; readonly retryAfterMs: number }
  /** It is no good, or its login is not any more. */
  | { readonly type: 'refused' }

export interface EndpointOptions {
  /** On loopback; 0 for any. */
  readonly port: number
  /** Decides about what a request showed in place of a refresh token. What it throws counts as `later`. */
  readonly answer: (shown: string) => Promise<EndpointAnswer>
}

export interface TokenEndpoint {
  readonly port: number
  /** Ends requests that run. Idempotent. */
  readonly close: () => Promise<void>
}

/** The one answer to everybody who has no good handle, whatever the path, the method or the words. */
const REFUSAL = JSON.stringify({
  error: 'invalid_grant',
  error_description: 'the refresh token is not valid; log in again',
})

/**
 * An OAuth token endpoint on loopback that knows one grant. Whoever has no good handle gets the same answer, after the
 * same time, whatever is asked.
 * @throws BrokerError `port-taken`
 */
export async function openTokenEndpoint({ port, answer }: EndpointOptions): Promise<TokenEndpoint> {
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => void serve(request, response, answer),
  )
  server.maxConnections = 256
  server.on('clientError', (_, socket) => socket.destroy())
  await listen(server, port)
  let closing: Promise<void> | undefined
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new BrokerError('port-taken', `can't listen on 127.0.0.1:${port}`, { cause })),
    )
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve())
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: EndpointOptions['answer'],
): Promise<void> {
  const came = performance.now()
  response.sendDate = false
  response.on('error', () => undefined)
  const shown = await readShown(request)
  const decision = shown === undefined ? ({ type: 'refused' } as const) : await decide(shown, answer)
  switch (decision.type) {
    case 'granted': {
      reply(response, 200, renderGrant(decision, shown ?? ''))
      return
    }
    case 'later': {
      response.setHeader('retry-after', Math.ceil(decision.retryAfterMs / 1_000))
      reply(response, decision.status, JSON.stringify({ error: 'temporarily_unavailable' }))
      return
    }
    case 'refused': {
      const took = performance.now() - came
      await delay(REFUSAL_MS - (took % REFUSAL_MS))
      // Whatever else it wants to send is not read.
      response.setHeader('connection', 'close')
      reply(response, 401, REFUSAL)
      return
    }
  }
}

async function decide(shown: string, answer: EndpointOptions['answer']): Promise<EndpointAnswer> {
  try {
    return await answer(shown)
  } catch {
    return { type: 'later', status: 503, retryAfterMs: 5_000 }
  }
}

/** What it shows in place of a refresh token, if the request is one for this endpoint. Never throws. */
async function readShown(request: IncomingMessage): Promise<string | undefined> {
  const { method, url, headers } = request
  // A page in a browser names its origin; no client of this endpoint does.
  const isForUs = method === 'POST' && url === PATH && headers.origin === undefined
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > MAX_BODY_BYTES) return undefined
      pieces.push(piece)
    }
  } catch {
    return undefined
  }
  if (!isForUs) return undefined
  return parseTokenRequest(headers['content-type'], Buffer.concat(pieces).toString('utf8'))
}

function renderGrant(
  { accessToken, idToken, expiresInMs }: Extract<EndpointAnswer, { readonly type: 'granted' }>,
  handle: string,
): string {
  return JSON.stringify({
    access_token: accessToken,
    refresh_token: handle,
    token_type: 'Bearer',
    ...(idToken !== undefined && { id_token: idToken }),
    ...(expiresInMs !== undefined && { expires_in: Math.max(0, Math.floor(expiresInMs / 1_000)) }),
  })
}

function reply(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
