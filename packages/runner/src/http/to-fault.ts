import { ConversationError } from '@x/agents/conversation'
import { ControlCommandError, SessionRefusedError } from '../errors.ts'
import { HttpFault } from './http-fault.ts'

/** What a machine says by code, of its own or the system's, in the words for a person. */
const MACHINE: readonly (readonly [codes: readonly string[], fault: () => HttpFault])[] = [
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
    ['unreachable', 'connect-failed', 'timed-out'],
    () =>
      new HttpFault(
        500,
        'unreachable',
        'The machine of the session does not answer.',
        'Look whether it runs and can be reached, then try again.',
      ),
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
  if (error instanceof ControlCommandError) return new HttpFault(400, 'bad-command', error.message)
  // Errors of the packages beside us are known by what they carry: a remedy was written for a person, and so was its message.
  const told = chain.find((one) => remedyOf(one) !== undefined)
  if (told) return new HttpFault(500, 'failed', told.message, remedyOf(told))
  const codes = chain.map((one) => ('code' in one ? one.code : undefined))
  const machine = MACHINE.find(([known]) => known.some((code) => codes.includes(code)))
  if (machine) return machine[1]()
  return new HttpFault(
    500,
    'internal',
    'The server failed to do this.',
    'Its log says why; trying again is safe.',
  )
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
