import { expect, test } from 'vitest'
import { parseRoute, sessionHref } from '../../src/hooks/use-route.ts'

test('an address leads back to its session', () => {
  expect(parseRoute(sessionHref('a/b c?'))).toEqual({ sessionId: 'a/b c?' })
})

test.each(['', '#', '#/', '#/s/', '#/s/%', '#token=abc'])('%j names no session', (hash) => {
  expect(parseRoute(hash)).toEqual({ sessionId: undefined })
})
