import { SessionError } from '../errors.ts'

const AGAIN = 'Begin the login again.'

/**
 * Says why a login came to nothing, by what Codex said of it. Nothing of that is quoted but a status: the issuer's own
 * words are in it.
 */
export function loginFailure(said: string): SessionError {
  const status = Number(/\bstatus:? (\d{3})\b/.exec(said)?.[1] ?? 0)
  if (/\btimed out after\b/.test(said)) return loginExpired()
  if (/\bnot enabled\b/.test(said))
    return new SessionError(
      'login-refused',
      'logging in with a device code is not allowed for this account',
      {
        remedy:
          'Allow device codes in the security settings of ChatGPT (or have it allowed for the workspace), or log in in the terminal of a session.',
      },
    )
  if (status >= 500 || status === 429 || /\berror sending request\b|\berror decoding\b|\bconnect/i.test(said))
    return loginUnreachable(status)
  if (status >= 400)
    return new SessionError('login-refused', 'the login was refused, or its code ran out', { remedy: AGAIN })
  if (/\brestricted\b/.test(said))
    return new SessionError('login-refused', 'the login is of a workspace that is not allowed here', {
      remedy: 'Log in with another workspace.',
    })
  return new SessionError('login-refused', 'Codex could not complete the login', { remedy: AGAIN })
}

export function loginUnreachable(status = 0): SessionError {
  const what =
    status === 0
      ? 'where one logs in could not be reached'
      : `where one logs in answered with status ${status}`
  return new SessionError('login-unreachable', what, {
    remedy: 'Check the network of the machine on which Codex logs in, and begin the login again.',
  })
}

export function loginExpired(): SessionError {
  return new SessionError('login-expired', 'nobody has logged in in time', { remedy: AGAIN })
}

export function loginCancelled(): SessionError {
  return new SessionError('login-cancelled', 'the login was cancelled', { remedy: AGAIN })
}

export function loginLost(cause?: unknown): SessionError {
  return new SessionError('lost', 'Codex ended while the login was under way', {
    ...(cause !== undefined && { cause }),
    remedy: AGAIN,
  })
}

export function loginUnreadable(): SessionError {
  return new SessionError('handshake', 'Codex did not say where to log in in a way that is known here', {
    remedy: 'Use one of the versions that are tested.',
  })
}
