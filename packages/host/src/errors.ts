/**
 * Why a host could not do what was asked.
 *
 * - `unreachable`: the machine does not answer.
 * - `connection-lost`: it did, and then the connection broke; what ran there in the foreground may still run.
 * - `auth-failed`: the machine takes none of our keys.
 * - `unknown-host-key`, `host-key-changed`, `host-key-revoked`: nothing proves that the machine is the right one; the
 *   message has the key's fingerprint.
 * - `spawn-failed`: the program could not be started (missing, not executable, no such directory).
 * - `connect-failed`: nobody listens at the address, or the way there is closed.
 * - `not-found`, `permission-denied`, `no-space`, `already-exists`, `not-a-directory`: what the file system said.
 * - `too-large`: an output or a file is larger than the caller's limit.
 * - `timed-out`: the caller's `timeoutMs` passed.
 * - `stale-process`: the recorded process is gone, or its pid belongs to another one now.
 * - `listen-failed`: the port or socket is taken, or nobody may listen there.
 * - `outside`: the path leads out of the directory in which it must lie.
 * - `closed`: the host was closed before or while it was used.
 * - `unsupported`: this host cannot do it.
 * - `archive-unsafe`: an archive is damaged, or would touch what it must not; nothing was changed.
 * - `fetch-failed`: no server gave a response that is one, or it leads where a download must not go.
 * - `http-status`: the server answered, and not with what was asked for.
 * - `fetch-cut`: the response broke off; the next download goes on with what has come, where that can be.
 * - `digest-mismatch`: what came is not what was expected; it was removed.
 * - `io`: anything else that the machine refused; `cause` has it.
 */
export type HostErrorCode =
  | 'unreachable'
  | 'connection-lost'
  | 'auth-failed'
  | 'unknown-host-key'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'spawn-failed'
  | 'connect-failed'
  | 'not-found'
  | 'permission-denied'
  | 'no-space'
  | 'already-exists'
  | 'not-a-directory'
  | 'too-large'
  | 'timed-out'
  | 'stale-process'
  | 'listen-failed'
  | 'outside'
  | 'closed'
  | 'unsupported'
  | 'archive-unsafe'
  | 'fetch-failed'
  | 'http-status'
  | 'fetch-cut'
  | 'digest-mismatch'
  | 'io'

/** What this package throws when a machine fails. A non-zero exit is not an error: see `ExecResult`. */
export class HostError extends Error {
  override readonly name: string = 'HostError'
  readonly code: HostErrorCode

  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Why something could not be fetched; the other failures of a download are plain ones of the machine. */
export class DownloadError extends HostError {
  override readonly name = 'DownloadError'
  /** Without account and query, which may be secret. */
  readonly url: string
  /** What the server answered, if it did. */
  readonly status: number | undefined

  constructor(
    code: 'fetch-failed' | 'http-status' | 'fetch-cut' | 'digest-mismatch',
    message: string,
    { url, status, ...options }: ErrorOptions & { readonly url: string; readonly status?: number },
  ) {
    super(code, message, options)
    this.url = url
    this.status = status
  }
}
