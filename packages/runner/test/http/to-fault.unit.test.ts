import { ConversationError } from '@x/agents/conversation'
import { expect, test } from 'vitest'
import { SessionRefusedError } from '../../src/errors.ts'
import { faultBody } from '../../src/http/http-fault.ts'
import { toFault } from '../../src/http/to-fault.ts'

const coded = (code: string, message = `${code}: cannot write /home/me/secret`) =>
  Object.assign(new Error(message), { code })
const remedied = (message: string, remedy: string) => Object.assign(new Error(message), { remedy })

test.each([
  ['a full disk', coded('no-space'), 507, 'no-space', 'Free some space'],
  ['a full disk below', new Error('sending failed', { cause: coded('ENOSPC') }), 507, 'no-space', 'Free'],
  ['a quota', new Error('a', { cause: new Error('b', { cause: coded('EDQUOT') }) }), 507, 'no-space', 'Free'],
  ['a file of another account', coded('permission-denied'), 500, 'permission-denied', 'log names it'],
  ['a machine that is gone', coded('unreachable'), 500, 'unreachable', 'can be reached'],
  ['a bug', new TypeError('x is undefined'), 500, 'internal', 'trying again'],
  ['no error at all', 'thrown', 500, 'internal', 'trying again'],
])('%s is told by name with a remedy, and nothing of the inside', (_name, error, status, code, remedy) => {
  const fault = toFault(error)
  expect([fault.status, faultBody(fault).error]).toEqual([
    status,
    { code, message: expect.any(String), remedy: expect.stringContaining(remedy) },
  ])
  expect(fault.message).not.toMatch(/secret|undefined/)
})

// As `@x/host` and the agent's client name them.
const CODES = [
  ...[
    'unreachable',
    'spawn-failed',
    'connect-failed',
    'not-found',
    'permission-denied',
    'no-space',
    'already-exists',
  ],
  ...['not-a-directory', 'too-large', 'timed-out', 'stale-process', 'closed', 'io'],
  ...['rpc-failed', 'protocol', 'connection-closed', 'request-timeout', 'handshake-failed'],
]
test.each(CODES)('%s is a sentence with a remedy, not "internal"', (code) => {
  const { error } = faultBody(
    toFault(new Error('sending failed', { cause: coded(code, 'no room (-32001), in answer to turn/start') })),
  )
  expect(error.code).not.toBe('internal')
  expect(error.message).toMatch(/^[A-Z].*[^(]$/)
  expect(error.message).not.toMatch(/turn\/start|-32001/)
  expect(error.remedy).toMatch(/\w/)
})

test.each([
  [remedied('the session is lost', 'Resume it.'), 500, 'failed', 'the session is lost', 'Resume it.'],
  [
    new Error('outer', { cause: remedied('no such thread', 'Start anew.') }),
    500,
    'failed',
    'no such thread',
    'Start anew.',
  ],
  [
    new ConversationError('gate-closed', 'no isolation', { cause: remedied('deep', 'Allow it.') }),
    409,
    'gate-closed',
    'no isolation',
    'Allow it.',
  ],
  [
    new SessionRefusedError('no directory', { remedy: 'Name another.' }),
    400,
    'session-refused',
    'no directory',
    'Name another.',
  ],
])('what was written for a person reaches the person: %s', (error, status, code, message, remedy) => {
  const fault = toFault(error)
  expect([fault.status, faultBody(fault).error]).toEqual([status, { code, message, remedy }])
})

test('causes that go in a circle end', () => {
  const error = new Error('round')
  error.cause = error
  expect(toFault(error).code).toBe('internal')
})
