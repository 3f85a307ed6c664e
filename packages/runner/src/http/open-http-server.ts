import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { HttpServerError } from '../errors.ts'
import type { SeedDirectory } from '../seed-directory.ts'
import type { SessionDirectory } from '../session-directory.ts'
import type { ControlDoor } from './auth/control-door.ts'
import type { CookieJar } from './auth/cookie-jar.ts'
import { createGate } from './auth/gate.ts'
import { LoginCookies } from './auth/login-cookies.ts'
import { OneTimeTokens } from './auth/one-time-tokens.ts'
import { RateLimit } from './auth/rate-limit.ts'
import { createApp, LOGIN_PATH } from './create-app.ts'
import { Viewers } from './feeds/viewers.ts'
import { guardRequests, guardUpgrades } from './guard.ts'
import { faultBody } from './http-fault.ts'
import { loadPage, type Page } from './page/load-page.ts'
import { SharedTerminals } from './terminals/shared-terminals.ts'
import { toFault } from './to-fault.ts'

/** How long requests that run may still take once the server closes, in milliseconds. */
const DRAIN_MS = 2_000
const TERMINAL_GRACE_MS = 60_000

export interface HttpServerOptions {
  readonly sessions: SessionDirectory
  /** The stored logins. @default none are shown */
  readonly seeds?: SeedDirectory
  /** Directory of the built page; read whole when the server opens. */
  readonly webRoot: string
  /** Only a loopback address makes sense: there is no encryption. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any free one. */
  readonly port: number
  /** 8 hex digits that name the cookie, since cookies of all ports of a machine lie together. */
  readonly instance: string
  readonly cookies: CookieJar
  /** Offered for a new session. @default null */
  readonly defaultDirectory?: string | null
  /** What answers in a new session when no login is chosen, for a person; `null`: a login has to be chosen. @default null */
  readonly usualLogin?: string | null
  /** For the program that keeps this server. @default none */
  readonly control?: ControlDoor
  /** Gets every failure that a person is not told about. @default drops them */
  readonly onError?: (error: unknown) => void
  /** Time between signs of life asked of each viewer, in milliseconds. @default 20_000 */
  readonly pingMs?: number
  /** How long a terminal that nobody looks at stays open, in milliseconds. @default 60_000 */
  readonly terminalGraceMs?: number
  /** Files of the page, e.g. `/terminal.html`, that may stand in a frame of the same origin. @default none */
  readonly framed?: readonly string[]
  /** Closes the server. */
  readonly signal?: AbortSignal
}

export interface HttpServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** A token that logs one browser in, once, within ten minutes. */
  issueToken(): string
  /** Ends viewers with 1001, closes terminals, and lets running requests end. Idempotent. */
  close(): Promise<void>
}

/**
 * Serves the page, the sessions and their feeds on one loopback port.
 * @throws TypeError for an `instance` that is not 8 hex digits
 * @throws HttpServerError
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', instance, seeds, onError = () => undefined, signal } = options
  if (!/^[0-9a-f]{8}$/.test(instance))
    throw new TypeError(`expected instance to be 8 hex digits, got ${instance}`)
  signal?.throwIfAborted()
  const page = await loadPage(options.webRoot, options.framed)
  const cookies = await LoginCookies.load(`x_${instance}`, options.cookies, { onError, now: Date.now })
  const now = (): number => performance.now()
  const tokens = new OneTimeTokens({ now })
  const loginLimit = new RateLimit({ burst: 20, refillMs: 3_000, now })
  const app = createApp({
    ...options,
    page,
    cookies,
    tokens,
    loginLimit,
    seeds,
    defaultDirectory: options.defaultDirectory ?? null,
    usualLogin: options.usualLogin ?? null,
    control: options.control,
    onLogout: (logins) => viewers.dismiss(logins),
    onError,
  })
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000 })
  const port = await listen(server, host, options.port)
  const viewers = new Viewers({
    ...(options.pingMs === undefined ? {} : { pingMs: options.pingMs }),
    onError,
  })
  const graceMs = options.terminalGraceMs ?? TERMINAL_GRACE_MS
  const terminals = new SharedTerminals({ sessions: options.sessions, graceMs, onError })
  const isOpen = (method: string, path: string): boolean => isOpenPath(page, method, path)
  const gate = createGate({ port, cookies, isOpen, controlSecret: options.control?.secret })
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) => failed(error, onError),
  })
  server.on('request', guardRequests(gate, listener))
  const { sessions } = options
  server.on('upgrade', guardUpgrades(gate, { viewers, sessions, seeds, terminals, onError }))
  return new OpenHttpServer({ server, viewers, terminals, tokens, port }, signal)
}

interface ServerParts {
  readonly server: Server
  readonly viewers: Viewers
  readonly terminals: SharedTerminals
  readonly tokens: OneTimeTokens
  readonly port: number
}

class OpenHttpServer implements HttpServer {
  readonly url: string
  readonly port: number
  private readonly parts: ServerParts
  private closing: Promise<void> | undefined

  constructor(parts: ServerParts, signal?: AbortSignal) {
    this.url = `http://127.0.0.1:${parts.port}`
    this.port = parts.port
    this.parts = parts
    const stop = (): void => void this.close()
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted === true) stop()
  }

  issueToken(): string {
    return this.parts.tokens.issue()
  }

  close(): Promise<void> {
    const { server, viewers, terminals } = this.parts
    this.closing ??= (async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await viewers.close()
      await terminals.close()
      await closed
      clearTimeout(timer)
    })()
    return this.closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      const message = taken ? `port ${port} is taken by another program` : `can't listen on ${host}:${port}`
      reject(new HttpServerError(taken ? 'port-in-use' : 'listen-failed', message, { cause }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** The page's files by name, and the one way to log in. */
function isOpenPath(page: Page, method: string, path: string): boolean {
  if (method === 'POST') return path === LOGIN_PATH
  return (method === 'GET' || method === 'HEAD') && page.has(path)
}

function failed(error: unknown, onError: (error: unknown) => void): Response {
  onError(error)
  const fault = toFault(error)
  return Response.json(faultBody(fault), { status: fault.status })
}
