import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SessionStatus, SessionSummary } from '@x/agents/conversation'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import { WebSocket } from 'ws'
import { SessionRefusedError } from '../../src/errors.ts'
import type { CookieJar, KeptLogin } from '../../src/http/auth/cookie-jar.ts'
import { openHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/open-http-server.ts'
import type { SessionDirectory } from '../../src/session-directory.ts'
import type { FeedConversation } from './feed-conversation.ts'

export class ListedSessions implements SessionDirectory {
  readonly conversations = new Map<string, FeedConversation>()
  /** What opens a session's terminal. */
  readonly terminals = new Map<string, (size: TerminalSize) => Promise<Terminal>>()
  readonly listeners = new Set<() => void>()
  sessions: readonly SessionSummary[] = []
  broken: Error | undefined

  list() {
    if (this.broken) throw this.broken
    return this.sessions
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  conversation(id: string) {
    return this.conversations.get(id)
  }

  async terminal(id: string, size: TerminalSize) {
    return this.terminals.get(id)?.(size)
  }

  add(
    id: string,
    conversation?: FeedConversation,
    status: SessionStatus = conversation
      ? { state: 'ready', turn: 'idle', needsYou: 0 }
      : { state: 'starting', doing: 'Starting' },
  ): SessionSummary {
    const summary: SessionSummary = { id, title: id, directory: '/work', createdAt: 1, status }
    if (conversation) this.conversations.set(id, conversation)
    this.sessions = [summary, ...this.sessions.filter((session) => session.id !== id)]
    for (const listener of this.listeners) listener()
    return summary
  }

  async create({ directory }: { directory: string | null }) {
    if (directory === '/missing')
      throw new SessionRefusedError('no such directory', { remedy: 'Name another.' })
    return this.add(`made-${this.sessions.length}`)
  }

  async resume(id: string) {
    const session = this.sessions.find((one) => one.id === id)
    if (session?.status.state === 'ended') this.add(id)
    return session !== undefined
  }

  async end(id: string) {
    const known = this.sessions.some((session) => session.id === id)
    this.sessions = this.sessions.filter((session) => session.id !== id)
    this.conversations.get(id)?.end()
    this.conversations.delete(id)
    for (const listener of this.listeners) listener()
    return known
  }
}

export class MemoryJar implements CookieJar {
  logins: readonly KeptLogin[] = []
  /** What stands in the way of writing. */
  broken: Error | undefined

  async read() {
    return this.logins
  }

  async write(logins: readonly KeptLogin[]) {
    if (this.broken) throw this.broken
    this.logins = logins
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface TestServer extends AsyncDisposable {
  readonly server: HttpServer
  readonly sessions: ListedSessions
  readonly jar: MemoryJar
  readonly errors: unknown[]
  readonly origin: string
  /** The directory of its page. */
  readonly webRoot: string
  /** Logs in and returns the `Cookie` header. */
  login(): Promise<string>
  /** As the page would: its origin and, when given, its cookie. */
  ask(method: string, target: string, options?: AskOptions): Promise<Answer>
  view(target: string, options?: { cookie?: string; headers?: Record<string, string> }): Viewer
}

export interface AskOptions {
  readonly cookie?: string
  readonly body?: unknown
  /** Replace the page's own headers; `undefined` leaves one out. */
  readonly headers?: Record<string, string | undefined>
}

export async function openTestServer(
  options: Partial<HttpServerOptions> = {},
  sessions = new ListedSessions(),
  jar = new MemoryJar(),
): Promise<TestServer> {
  const webRoot = await mkdtemp(path.join(tmpdir(), 'page-'))
  await mkdir(path.join(webRoot, 'assets'))
  await writeFile(path.join(webRoot, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(path.join(webRoot, 'assets/app-1a2b3c4d.js'), 'export {}')
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const server = await openHttpServer({
    sessions,
    webRoot,
    port: 0,
    instance: '0123abcd',
    cookies: jar,
    onError,
    ...options,
  })
  const origin = `http://127.0.0.1:${server.port}`
  const ask: TestServer['ask'] = (method, target, { cookie, body, headers = {} } = {}) => {
    const sent = Object.entries({ origin, cookie, 'content-type': 'application/json', ...headers })
    const known = Object.fromEntries(sent.filter((pair): pair is [string, string] => pair[1] !== undefined))
    return send(server.port, method, target, known, typeof body === 'string' ? body : JSON.stringify(body))
  }
  return {
    server,
    sessions,
    jar,
    errors,
    origin,
    webRoot,
    ask,
    async login() {
      const answer = await ask('POST', '/api/login', { body: { token: server.issueToken() } })
      return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? `no cookie: ${answer.text}`
    },
    view: (target, { cookie, headers = {} } = {}) =>
      new Viewer(
        new WebSocket(`ws://127.0.0.1:${server.port}${target}`, {
          headers: { origin, ...(cookie === undefined ? {} : { cookie }), ...headers },
        }),
      ),
    async [Symbol.asyncDispose]() {
      await server.close()
      await rm(webRoot, { recursive: true })
    },
  }
}

function send(
  port: number,
  method: string,
  target: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path: target, headers, agent: false })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.end(body)
  })
}

/** Sends bytes as they are, for what a client library would mend. Resolves with the status line. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''))
    socket.end(bytes)
  })
}

/** A browser's end of a feed. */
export class Viewer {
  readonly socket: WebSocket
  readonly frames: string[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  private waiting: (() => void)[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => {
      this.frames.push(data.toString())
      for (const wake of this.waiting.splice(0)) wake()
    })
  }

  /** Resolves when `enough` holds; asked after every frame. */
  async until(enough: (frames: readonly string[]) => boolean): Promise<readonly string[]> {
    while (!enough(this.frames)) await new Promise<void>((resolve) => this.waiting.push(resolve))
    return this.frames
  }
}
