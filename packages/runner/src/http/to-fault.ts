import { ConversationError } from '@x/agents/conversation'
import { ControlCommandError, LoginRefusedError, SessionRefusedError } from '../errors.ts'
import { HttpFault } from './http-fault.ts'
import { seedFault } from './seed-faults.ts'

const SEE_LOG = 'The server’s log says which; then try again.'

/** What a machine, or the agent's program, says by code, of its own or the system's, in the words for a person. */
const BY_CODE: readonly (readonly [codes: readonly string[], fault: () => HttpFault])[] = [
  [
    ['no-space', 'ENOSPC', 'EDQUOT'],
    () => new HttpFault(507, 'no-space', 'The disk is full.', 'Free some space, then try again.'),
  ],
  [
    ['permission-denied', 'EACCES', 'EPERM', 'EROFS'],
    () =>
      new HttpFault(
        500,
        'permission-denied',
        'This account may not use a file or directory that the session needs.',
        'The server’s log names it: give it to the account that runs the server, then try again.',
      ),
  ],
  [
    ['unreachable', 'connect-failed', 'connection-lost', 'timed-out'],
    () =>
      new HttpFault(
        500,
        'unreachable',
        'The machine of the session does not answer.',
        'Look whether it runs and can be reached, then try again.',
      ),
  ],
  [
    ['auth-failed', 'unknown-host-key', 'host-key-changed', 'host-key-revoked'],
    () =>
      new HttpFault(
        500,
        'unreachable',
        'The machine of the session lets us in no more, or is not the one that it was.',
        'The server’s log says which: see that `ssh` gets there without a question, then try again.',
      ),
  ],
  [
    ['not-found', 'not-a-directory', 'ENOENT', 'ENOTDIR'],
    () => new HttpFault(500, 'not-found', 'A file or directory that the session needs is gone.', SEE_LOG),
  ],
  [
    ['already-exists', 'EEXIST'],
    () =>
      new HttpFault(
        500,
        'already-exists',
        'Something stands where the session wants to put a file.',
        SEE_LOG,
      ),
  ],
  [
    ['spawn-failed', 'ENOEXEC'],
    () =>
      new HttpFault(
        500,
        'spawn-failed',
        'A program that the session needs could not be started.',
        'The server’s log names it: look whether it is there and may be run, then try again.',
      ),
  ],
  [
    ['too-large'],
    () => new HttpFault(500, 'too-large', 'A file or an output is larger than what is read.', SEE_LOG),
  ],
  [
    ['stale-process', 'closed'],
    () =>
      new HttpFault(
        503,
        'gone',
        'The program of the session does not run any more.',
        'Resume the session, then try again.',
      ),
  ],
  [
    ['connection-closed', 'request-timeout', 'handshake-failed', 'EPIPE', 'ECONNRESET', 'ECONNREFUSED'],
    () =>
      new HttpFault(
        503,
        'agent-unreachable',
        'The agent’s program does not answer.',
        'The session connects again by itself: try again in a moment.',
      ),
  ],
  [
    ['protocol'],
    () =>
      new HttpFault(
        502,
        'agent-unreadable',
        'The agent’s program answered something that can’t be read.',
        'Its version may be one that is not known here; the server’s log has the answer.',
      ),
  ],
  [
    ['io', 'EIO', 'EMFILE', 'ENFILE'],
    () => new HttpFault(500, 'io', 'The machine of the session refused to read or write.', SEE_LOG),
  ],
]

/** The answer to whatever was thrown. A failure that is nobody's fault but ours says nothing about its inside. */
export function toFault(error: unknown): HttpFault {
  if (error instanceof HttpFault) return error
  const chain = causesOf(error)
  if (error instanceof ConversationError)
    return new HttpFault(409, error.code, error.message, remedyIn(chain))
  if (error instanceof SessionRefusedError)
    return new HttpFault(400, 'session-refused', error.message, error.remedy)
  if (error instanceof LoginRefusedError)
    return new HttpFault(409, 'login-refused', error.message, error.remedy)
  if (error instanceof ControlCommandError) return new HttpFault(400, 'bad-command', error.message)
  for (const one of chain) {
    const fault = seedFault(one)
    if (fault) return fault
  }
  // Errors of the packages beside us are known by what they carry: a remedy was written for a person, and so was its message.
  const told = chain.find((one) => remedyOf(one) !== undefined)
  if (told) return new HttpFault(500, 'failed', told.message, remedyOf(told))
  const no = chain.find((one) => codeOf(one) === 'rpc-failed')
  if (no) return agentSaidNo(no)
  const codes = chain.map(codeOf)
  const known = BY_CODE.find(([some]) => some.some((code) => codes.includes(code)))
  if (known) return known[1]()
  return new HttpFault(
    500,
    'internal',
    'The server failed to do this.',
    'Its log says why; trying again is safe.',
  )
}

/** Its words are shortened and free of credentials already; the name of what was asked is for programs. */
function agentSaidNo({ message }: Error): HttpFault {
  const words = message.replace(/ \(-?\d+\), in answer to \S+$/, '')
  return new HttpFault(
    502,
    'agent-refused',
    `The agent’s program said no: ${words}`,
    'Try again; if it stays so, end the turn or resume the session.',
  )
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at)
  return chain
}

function remedyIn(chain: readonly Error[]): string | undefined {
  return chain.map(remedyOf).find((remedy) => remedy !== undefined)
}

function remedyOf(error: Error): string | undefined {
  return 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : undefined
}
