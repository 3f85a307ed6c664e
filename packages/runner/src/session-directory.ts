import type { Conversation, SessionSummary } from '@x/agents/conversation'
import type { Terminal, TerminalSize } from '@x/agents/terminal'

/**
 * Who answers in a new session: what the server was set up with, whoever logs in in the session's terminal, or a stored
 * login.
 */
export type SessionLogin = 'usual' | 'in-terminal' | { readonly seedId: string }

/** Where to work in a new session, and by whose login. */
export interface CreateSessionOptions {
  /** Absolute path of the person's own directory, on the machine where the agent runs; `null` for a fresh, empty one. */
  readonly directory: string | null
  /** @default 'usual' */
  readonly login?: SessionLogin
}

/**
 * What a server shows of the sessions that somebody keeps, and what a person may do to the list.
 *
 * It never rejects for one session's sake: a session that can't be found again is listed as `failed`.
 */
export interface SessionDirectory {
  /** Newest first. */
  list(): readonly SessionSummary[]
  /** Calls `listener` after anything in the list has changed. It may be called more often than that. */
  onChange(listener: () => void): Disposable
  /** The conversation of a session that is `ready`; `undefined` for every other. */
  conversation(id: string): Conversation | undefined
  /**
   * Opens the agent's own program on a session that is `ready`, as one more surface of it; `undefined` for every other.
   * Whoever calls closes the terminal, which leaves the session as it is. It ends with the session.
   */
  terminal(id: string, size: TerminalSize): Promise<Terminal | undefined>
  /**
   * Starts a session and returns at once, while it is `starting`.
   * @throws SessionRefusedError when the directory or the login can't be used
   */
  create(options: CreateSessionOptions): Promise<SessionSummary>
  /**
   * Takes up a session that has ended or failed, and returns at once, while it is `starting`. How that goes shows in
   * the list. One that is starting or ready is left as it is.
   * @returns false when there is no such session
   */
  resume(id: string): Promise<boolean>
  /**
   * Ends a session and takes it off the list. The person's own directory is left as it is.
   * @returns false when there is no such session
   */
  end(id: string): Promise<boolean>
}
