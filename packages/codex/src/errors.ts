import type { Fault } from '@x/agents/conversation'

/**
 * Why there is no session, or no session any more.
 *
 * - `provision`: Codex could not be fetched, or what was fetched is not what it should be.
 * - `handshake`: Codex did not start, or does not speak the protocol.
 * - `posture`: the isolation that was asked for does not hold on this machine.
 * - `not-found`: there is no session with this id.
 * - `unrecoverable`: the session's thread can't be taken up again.
 * - `lost`: the session ended under us, or Codex did while it logged in.
 * - `login`: the stored login can't be had, or what became of it can't be saved.
 * - `login-refused`: the person, or where one logs in, has said no.
 * - `login-expired`: nobody has logged in in time.
 * - `login-unreachable`: where one logs in does not answer.
 * - `login-cancelled`: the login was cancelled here.
 * - `login-other-account`: somebody else has logged in than the one whose seed it is.
 */
export type SessionErrorCode =
  | 'provision'
  | 'handshake'
  | 'posture'
  | 'not-found'
  | 'unrecoverable'
  | 'lost'
  | 'login'
  | 'login-refused'
  | 'login-expired'
  | 'login-unreachable'
  | 'login-cancelled'
  | 'login-other-account'

/** What this package throws when a session can't be had. `remedy` says what a person can do about it. */
export class SessionError extends Error {
  override readonly name: string = 'SessionError'
  readonly code: SessionErrorCode
  readonly remedy: string | undefined

  constructor(
    code: SessionErrorCode,
    message: string,
    options?: ErrorOptions & { readonly remedy?: string },
  ) {
    super(message, options)
    this.code = code
    this.remedy = options?.remedy
  }
}

/** An option that can't be right, told before any process is started. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError'
  readonly field: string
  readonly expected: string
  readonly got: string

  constructor(field: string, expected: string, got: string, options?: ErrorOptions) {
    super(`expected ${field} to be ${expected}, got ${got}`, options)
    this.field = field
    this.expected = expected
    this.got = got
  }
}

/** Says any error in the two sentences that a person needs: what failed, and what to do. */
export function toFault(error: unknown): Fault {
  if (error instanceof SessionError) {
    return error.remedy === undefined
      ? { message: error.message }
      : { message: error.message, remedy: error.remedy }
  }
  if (isNoSpace(error)) return { message: 'the disk is full', remedy: 'Free some space and try again.' }
  return { message: error instanceof Error ? error.message : String(error) }
}

function isNoSpace(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = 'code' in at ? at.code : undefined
    if (code === 'no-space' || code === 'ENOSPC') return true
  }
  return false
}
