import type {
  ApprovalDecision,
  Grant,
  ModelChoice,
  ModelInfo,
  QuestionAnswer,
  SessionSummary,
} from '@x/agents/conversation'
import { RequestError } from '../errors.ts'
import type { PendingMessage } from './outbox.ts'
import { parseModels } from './parse-models.ts'
import { isSummary, parseSessions } from './parse-sessions.ts'

/** An answer that takes longer is as good as none. */
const TIMEOUT_MS = 30_000
const LOGIN = '/api/login'

export interface SessionsAnswer {
  readonly sessions: readonly SessionSummary[]
  /** Where a new conversation works when nothing else is said; `null` is a fresh empty directory. */
  readonly defaultDirectory: string | null
}

export interface ApiOptions {
  /** Where the server is, for example `location.origin`. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Called whenever the server says that the cookie is not valid. */
  readonly onLoggedOut: () => void
}

/** What the page can ask of the server. Every method rejects with a RequestError. */
export class Api {
  private readonly options: ApiOptions

  constructor(options: ApiOptions) {
    this.options = options
  }

  /** Turns the one-time token of the link into a cookie. */
  async login(token: string): Promise<void> {
    await this.request('POST', LOGIN, { token })
  }

  /** Ends the login of this browser, in all its tabs. */
  async logout(): Promise<void> {
    await this.request('POST', '/api/logout')
    this.options.onLoggedOut()
  }

  async sessions(): Promise<SessionsAnswer> {
    const answer = asObject(await this.request('GET', '/api/sessions'))
    const directory = asObject(answer['defaults'])['directory']
    return {
      sessions: parseSessions(answer['sessions']) ?? [],
      defaultDirectory: typeof directory === 'string' ? directory : null,
    }
  }

  async createSession(directory: string | null): Promise<SessionSummary> {
    const made = await this.request('POST', '/api/sessions', { directory })
    if (isSummary(made)) return made
    throw new RequestError('refused', 'The server answered with something that is not a conversation.', {
      remedy: 'Reload the page: it may be older than the server.',
    })
  }

  /** Takes up a session that has ended or failed; it is on its way when this resolves. */
  async resumeSession(id: string): Promise<void> {
    await this.request('POST', `${session(id)}/resume`)
  }

  async endSession(id: string): Promise<void> {
    await this.request('DELETE', session(id))
  }

  /** @returns the turn that took the message, when the server says so: one that waits has none yet */
  async send(id: string, { text, clientId, when }: PendingMessage): Promise<string | undefined> {
    const body = { text, clientId, when }
    const { turnId } = asObject(await this.request('POST', `${session(id)}/messages`, body))
    return typeof turnId === 'string' ? turnId : undefined
  }

  /** @returns false when it waits no longer */
  async editQueued(id: string, messageId: string, text: string): Promise<boolean> {
    return isQueued(await this.request('PUT', queued(id, messageId), { text }))
  }

  /** @returns false when it waits no longer */
  async withdrawQueued(id: string, messageId: string): Promise<boolean> {
    return isQueued(await this.request('DELETE', queued(id, messageId)))
  }

  /** @returns false when it waits no longer */
  async sendQueued(id: string, messageId: string): Promise<boolean> {
    return isQueued(await this.request('POST', `${queued(id, messageId)}/send`))
  }

  async interrupt(id: string): Promise<void> {
    await this.request('POST', `${session(id)}/interrupt`)
  }

  /** @returns false when it had been answered elsewhere */
  async answer(id: string, approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    const path = `${session(id)}/approvals/${encodeURIComponent(approvalId)}`
    return asObject(await this.request('POST', path, { decision }))['open'] !== false
  }

  /** @returns false when it had been answered elsewhere */
  async answerQuestion(id: string, questionId: string, answer: QuestionAnswer): Promise<boolean> {
    const path = `${session(id)}/questions/${encodeURIComponent(questionId)}`
    return asObject(await this.request('POST', path, answer))['open'] !== false
  }

  /** Allows what the sandbox refused to a command, and has it tried again. */
  async grant(id: string, itemId: string, grant: Grant): Promise<void> {
    await this.request('POST', `${session(id)}/items/${encodeURIComponent(itemId)}/grant`, grant)
  }

  async models(id: string): Promise<readonly ModelInfo[]> {
    return parseModels(await this.request('GET', `${session(id)}/models`))
  }

  async chooseModel(id: string, choice: ModelChoice): Promise<void> {
    await this.request('PUT', `${session(id)}/model`, choice)
  }

  private async request(method: string, path: string, body?: object): Promise<unknown> {
    const { baseUrl, fetch, onLoggedOut } = this.options
    let response: Response
    let text: string
    try {
      response = await fetch(new URL(path, baseUrl), {
        method,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      text = await response.text()
    } catch (cause) {
      throw new RequestError('unreachable', 'The server did not answer.', {
        cause,
        remedy: 'Look whether it still runs in the terminal where you started it, then try again.',
      })
    }
    const answer = readJson(text)
    if (response.ok) return answer
    // A link that was used before says nothing about the cookie that it gave.
    if (response.status === 401 && path !== LOGIN) onLoggedOut()
    throw refusal(response.status, asObject(asObject(answer)['error']))
  }
}

function session(id: string): string {
  return `/api/sessions/${encodeURIComponent(id)}`
}

function queued(id: string, messageId: string): string {
  return `${session(id)}/queue/${encodeURIComponent(messageId)}`
}

function isQueued(answer: unknown): boolean {
  return asObject(answer)['queued'] !== false
}

function refusal(status: number, error: Readonly<Record<string, unknown>>): RequestError {
  const { message, remedy } = error
  return new RequestError(
    status === 401 ? 'logged-out' : 'refused',
    typeof message === 'string' ? message : `The server refused with status ${status}.`,
    { status, remedy: typeof remedy === 'string' ? remedy : undefined },
  )
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
