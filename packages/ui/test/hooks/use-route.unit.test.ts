import { expect, test } from 'vitest'
import { tokenIn } from '../../src/connection/take-token.ts'
import { parseRoute, sessionHref } from '../../src/hooks/use-route.ts'

test('an address leads back to its session', () => {
  expect(parseRoute(sessionHref('a/b c?'))).toEqual({ sessionId: 'a/b c?' })
})

test.each(['', '#', '#/', '#/s/', '#/s/%', '#token=abc'])('%j names no session', (hash) => {
  expect(parseRoute(hash)).toEqual({ sessionId: undefined })
})

test('only a fragment that is a token holds one', () => {
  expect(tokenIn('#token=a%2Bb')).toBe('a+b')
  expect(tokenIn('#/s/token=a')).toBeUndefined()
})
