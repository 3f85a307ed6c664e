import { describe, expect, test } from 'vitest'
import { OneTimeTokens } from '../../../src/http/auth/one-time-tokens.ts'

describe('one-time tokens', () => {
  test('a token lets in once', () => {
    const tokens = new OneTimeTokens({ now: () => 0 })
    const token = tokens.issue()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect([tokens.redeem(token), tokens.redeem(token)]).toEqual([true, false])
  })

  test('a token expires after ten minutes', () => {
    let at = 0
    const tokens = new OneTimeTokens({ now: () => at })
    const early = tokens.issue()
    const late = tokens.issue()
    at = 599_999
    expect(tokens.redeem(early)).toBe(true)
    at = 600_000
    expect(tokens.redeem(late)).toBe(false)
  })

  test('the oldest token makes room', () => {
    const tokens = new OneTimeTokens({ now: () => 0, maxOpen: 2 })
    const issued = [tokens.issue(), tokens.issue(), tokens.issue()]
    expect(issued.map((token) => tokens.redeem(token))).toEqual([false, true, true])
  })

  test('nothing else lets in', () => {
    const tokens = new OneTimeTokens({ now: () => 0 })
    const token = tokens.issue()
    expect(['', 'x', `${token}x`, token.slice(1)].map((other) => tokens.redeem(other))).not.toContain(true)
  })
})
