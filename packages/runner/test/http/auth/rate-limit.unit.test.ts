import { expect, test } from 'vitest'
import { RateLimit } from '../../../src/http/auth/rate-limit.ts'

test('a burst is allowed, then one per refill, and never more than a burst', () => {
  let at = 0
  const limit = new RateLimit({ burst: 2, refillMs: 100, now: () => at })
  const take = (times: number) => Array.from({ length: times }, () => limit.take())
  expect(take(3)).toEqual([true, true, false])
  at = 99
  expect(limit.take()).toBe(false)
  at = 100
  expect(take(2)).toEqual([true, false])
  at = 1_000_000
  expect(take(3)).toEqual([true, true, false])
})
