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
import { asObject, LOGIN_PATH, Requester } from './requester.ts'
import type { RequesterOptions } from './requester.ts'

export interface SessionsAnswer {
  readonly sessions: readonly SessionSummary[]
  /** Where a new conversation works when nothing else is said; `null` is a fresh empty directory. */
  readonly defaultDirectory: string | null
  /** What answers when no login is chosen, in words; `null`: one has to be chosen. */
  readonly usualLogin: string | null
}

/** Who answers in a new conversation: what the server was set up with, whoever logs in in its terminal, or a seed. */
export type SessionLogin = 'usual' | 'in-terminal' | { readonly seedId: string }

/** What the page can ask of the server. Every method rejects with a RequestError. */
export class Api {
  private readonly options: RequesterOptions
  private readonly requester: Requester

  constructor(options: RequesterOptions) {
    this.options = options
    this.requester = new Requester(options)
  }

  /** Turns the one-time token of the link into a cookie. */
  async login(token: string): Promise<void> {
    await this.request('POST', LOGIN_PATH, { token })
  }

  /** Ends the login of this browser, in all its tabs. */
  async logout(): Promise<void> {
    await this.request('POST', '/api/logout')
    this.options.onLoggedOut()
  }

  async sessions(): Promise<SessionsAnswer> {
    const answer = asObject(await this.request('GET', '/api/sessions'))
    const { directory, login } = asObject(answer['defaults'])
    return {
      sessions: parseSessions(answer['sessions']) ?? [],
      defaultDirectory: typeof directory === 'string' ? directory : null,
      usualLogin: typeof login === 'string' ? login : null,
    }
  }

  async createSession(directory: string | null, login: SessionLogin = 'usual'): Promise<SessionSummary> {
    const made = await this.request('POST', '/api/sessions', {
      directory,
      ...(login !== 'usual' && { login }),
    })
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

  private request(method: string, path: string, body?: object): Promise<unknown> {
    return this.requester.json(method, path, body)
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
