import type { ApprovalDecision, SessionSummary } from '@x/agents/conversation'
import { setTimeout as delay } from 'node:timers/promises'
import type { Started } from './demo-server.ts'

const READY_MS = 45_000
const LOOK_MS = 50
const ANSWER_MS = 30_000

/** What became of a request: the server's answer, or `cut` when there was none. */
export type Answer = { readonly status: number; readonly body: unknown } | 'cut'

/** One browser, logged in once: it keeps its cookie over every restart of the server. */
export class Page {
  readonly origin: string
  readonly cookie: string

  private constructor(origin: string, cookie: string) {
    this.origin = origin
    this.cookie = cookie
  }

  /** @throws Error when the server does not let it in */
  static async login({ origin, token }: Started): Promise<Page> {
    const response = await fetch(`${origin}/api/login`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const cookie = response.headers.get('set-cookie')?.split(';')[0]
    if (response.status !== 204 || cookie === undefined)
      throw new Error(`the login was answered with ${response.status}`)
    return new Page(origin, cookie)
  }

  send(sessionId: string, text: string, clientId: string): Promise<Answer> {
    return this.ask('POST', `/api/sessions/${sessionId}/messages`, { text, clientId })
  }

  interrupt(sessionId: string): Promise<Answer> {
    return this.ask('POST', `/api/sessions/${sessionId}/interrupt`)
  }

  answer(sessionId: string, approvalId: string, decision: ApprovalDecision): Promise<Answer> {
    return this.ask('POST', `/api/sessions/${sessionId}/approvals/${encodeURIComponent(approvalId)}`, {
      decision,
    })
  }

  /** @returns the id of a new session @throws Error when it is refused */
  async create(): Promise<string> {
    const answer = await this.ask('POST', '/api/sessions', { directory: null })
    if (answer === 'cut' || answer.status !== 201)
      throw new Error(`no new session: ${JSON.stringify(answer)}`)
    return (answer.body as SessionSummary).id
  }

  async sessions(): Promise<readonly SessionSummary[]> {
    const answer = await this.ask('GET', '/api/sessions')
    if (answer === 'cut' || answer.status !== 200)
      throw new Error(`no list of sessions: ${JSON.stringify(answer)}`)
    return (answer.body as { readonly sessions: readonly SessionSummary[] }).sessions
  }

  /** Resolves when the session can be spoken to. @throws Error when it never can */
  async untilReady(sessionId: string, signal: AbortSignal): Promise<void> {
    const giveUpAt = performance.now() + READY_MS
    for (;;) {
      signal.throwIfAborted()
      const status = (await this.sessions()).find((one) => one.id === sessionId)?.status
      if (status?.state === 'ready') return
      if (status?.state !== 'starting' || performance.now() > giveUpAt)
        throw new Error(`session ${sessionId} is ${status ? JSON.stringify(status) : 'not listed'}`)
      await delay(LOOK_MS)
    }
  }

  private async ask(method: string, path: string, body?: object): Promise<Answer> {
    const { origin, cookie } = this
    try {
      const response = await fetch(`${origin}${path}`, {
        method,
        headers: { origin, cookie, 'content-type': 'application/json', connection: 'close' },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return 'cut'
    }
  }
}
