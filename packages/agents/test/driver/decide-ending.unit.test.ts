import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideEnding, type EndingFacts } from '../../src/driver/decide-ending.ts'

const RUNNING: EndingFacts = {
  verdict: undefined,
  body: 'running',
  bodyFailure: undefined,
  log: 'following',
  isCancelled: false,
  isTimedOut: false,
}
const RETURNED = { body: 'returned' } as const
const THREW = { body: 'threw', bodyFailure: 'own' } as const
const DONE = { verdict: 'done', log: 'read' } as const
const ERROR = { verdict: 'error', log: 'read' } as const
const READ = { log: 'read' } as const
const OUTSIDE = { isCancelled: true, isTimedOut: true } as const

test.each<[string, Partial<EndingFacts>, ReturnType<typeof decideEnding>]>([
  ['nothing has happened', {}, undefined],
  ['DONE while the program runs', DONE, 'done'],
  ['ERROR while the program runs', ERROR, 'error'],
  ['the program has returned, and the log is not read to its end', RETURNED, undefined],
  ['the program has thrown, and the log is not read to its end', THREW, undefined],
  ['the program has returned without a word', { ...RETURNED, ...READ }, 'exited'],
  ['the program has thrown without a word', { ...THREW, ...READ }, 'failed'],
  ['ERROR and all else', { ...THREW, ...ERROR, ...OUTSIDE }, 'error'],
  ['the program has thrown, and DONE', { ...THREW, ...DONE, ...OUTSIDE }, 'failed'],
  ['the program has returned, and DONE', { ...RETURNED, ...DONE, ...OUTSIDE }, 'done'],
  ['cancelled', { isCancelled: true }, 'cancelled'],
  ['cancelled, and too late', OUTSIDE, 'cancelled'],
  ['too late', { isTimedOut: true }, 'timed-out'],
  ['cancelled while the rest of the log is read', { ...THREW, isCancelled: true }, 'cancelled'],
  ['the log is out of reach', { log: 'out-of-reach' }, 'lost'],
  ['the log is out of reach, and the program has returned', { ...RETURNED, log: 'out-of-reach' }, 'lost'],
  ['the log is out of reach, and the program has thrown', { ...THREW, log: 'out-of-reach' }, 'failed'],
  ['the log could not be read in time', { ...RETURNED, log: 'given-up' }, 'unread'],
  ['the log could not be read in time, and the program has thrown', { ...THREW, log: 'given-up' }, 'unread'],
  [
    'the log could not be read in time, and the program was cut off',
    { ...THREW, log: 'given-up', bodyFailure: 'connection' },
    'lost',
  ],
  ['the program was cut off', { ...THREW, ...READ, bodyFailure: 'connection' }, 'lost'],
  [
    'the program has thrown what it was told to stop with',
    { ...THREW, ...READ, bodyFailure: 'stopped' },
    'cancelled',
  ],
  ['without keywords, the program runs', { log: 'off' }, undefined],
  ['without keywords, the program has returned', { ...RETURNED, log: 'off' }, 'done'],
  ['without keywords, the program has thrown', { ...THREW, log: 'off' }, 'failed'],
])('%s', (_, facts, ending) => {
  expect(decideEnding({ ...RUNNING, ...facts })).toBe(ending)
})

test('whatever happens further, a session that could end can end', () => {
  const facts = fc.record({
    verdict: fc.constantFrom(undefined, 'done', 'error'),
    body: fc.constantFrom('running', 'returned', 'threw'),
    bodyFailure: fc.constantFrom(undefined, 'own', 'connection', 'stopped'),
    log: fc.constantFrom('off', 'following', 'read', 'given-up', 'out-of-reach'),
    isCancelled: fc.boolean(),
    isTimedOut: fc.boolean(),
  } as const) as fc.Arbitrary<EndingFacts>
  fc.assert(
    fc.property(facts, (before) => {
      if (decideEnding(before) === undefined) return
      expect(decideEnding({ ...before, isCancelled: true })).toBeDefined()
      expect(decideEnding({ ...before, ...ERROR })).toBe('error')
      expect(decideEnding({ ...before, body: 'returned', log: 'read' })).toBeDefined()
    }),
  )
})
