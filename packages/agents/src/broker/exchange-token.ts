import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TokenAnswer, TokenRequest } from './token-provider.ts'

const MAX_ANSWER_BYTES = 256 * 1024

/** What is known when it is over. */
export type ExchangeResult =
  /** Not one byte of it has left. */
  | { readonly type: 'not-sent'; readonly reason: string }
  | { readonly type: 'answered'; readonly answer: TokenAnswer; readonly retryAfterMs?: number }
  /** It has left, or a part of it, and no whole answer came. */
  | { readonly type: 'lost'; readonly reason: string }

export interface ExchangeOptions {
  /** For the connection, in milliseconds. */
  readonly connectMs: number
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly answerMs: number
  /** Runs with the connection made and nothing sent; what it throws is thrown, and nothing is sent. */
  readonly beforeSend: () => Promise<void>
  /** The request has been handed to the kernel whole. */
  readonly onSent?: () => void
}

/**
 * Sends the request once, over a connection of its own. Connecting comes first: what fails before `beforeSend` has
 * surely not reached anybody. Redirects are answers, and not followed.
 * @throws TypeError for an address that would show the token to a network, and whatever `beforeSend` throws
 */
export async function exchangeToken(
  request: TokenRequest,
  options: ExchangeOptions,
): Promise<ExchangeResult> {
  const url = parseUrl(request.url)
  let socket: Socket
  try {
    socket = await connect(url, options.connectMs)
  } catch (error) {
    return { type: 'not-sent', reason: `no connection (${codeOf(error)})` }
  }
  // A connection that breaks while nobody listens would take the process down.
  socket.on('error', ignore)
  try {
    await options.beforeSend()
    if (socket.readyState !== 'open') return { type: 'not-sent', reason: 'the connection was closed' }
    return await send(socket, url, request, options)
  } finally {
    socket.destroy()
  }
}

function parseUrl(text: string): URL {
  const url = new URL(text)
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return url
  throw new TypeError('expected a token endpoint with https:, or on loopback')
}

function connect(url: URL, connectMs: number): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isTls = url.protocol === 'https:'
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port })
    const timer = setTimeout(() => socket.destroy(new Error('timed out')), connectMs)
    socket.once('error', reject)
    socket.once('close', () => clearTimeout(timer))
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', reject)
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

function send(
  socket: Socket,
  url: URL,
  { headers, body }: TokenRequest,
  { answerMs, onSent }: ExchangeOptions,
): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const lost = (reason: string): void => resolve({ type: 'lost', reason })
    const timer = setTimeout(() => {
      lost('no answer in time')
      sending.destroy()
    }, answerMs)
    socket.once('close', () => clearTimeout(timer))
    const sending = httpRequest({
      createConnection: () => socket,
      host: url.host,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        ...headers,
        host: url.host,
        connection: 'close',
        'content-length': Buffer.byteLength(body),
      },
    })
    sending.on('error', (error) => lost(`the connection broke (${codeOf(error)})`))
    sending.on('response', (response) => {
      readAnswer(response).then(resolve, (error: unknown) => lost(`half an answer (${codeOf(error)})`))
    })
    if (onSent) sending.once('finish', onSent)
    sending.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<ExchangeResult> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_ANSWER_BYTES) throw new RangeError('too long')
    pieces.push(piece)
  }
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'])
  return {
    type: 'answered',
    answer: { status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** Seconds, or a date. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

/** A word of the system, never a message: that may quote what was sent. */
function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string') return code
  return error instanceof Error ? error.name : 'unknown'
}

function ignore(): void {
  // Whoever waits for an answer hears of it.
}
