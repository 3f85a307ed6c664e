import { describe, expect, test } from 'vitest'
import { BrokerEventSource } from '../../src/broker/broker-events.ts'
import { parseTokenRequest } from '../../src/broker/parse-token-request.ts'
import { RateLimit } from '../../src/broker/rate-limit.ts'
import { createHandle, hashHandle } from '../../src/broker/session-handle.ts'
import { answerClaim, toRefresh, type RefreshRow } from '../../src/store/refresh-rules.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const FORM = 'application/x-www-form-urlencoded'

describe('a token request', () => {
  test.each([
    [JSON_TYPE, '{"client_id":"app","grant_type":"refresh_token","refresh_token":"t"}'],
    ['Application/JSON', '{"refresh_token":"t","grant_type":"refresh_token","scope":"openid"}'],
    [FORM, 'grant_type=refresh_token&refresh_token=t&client_id=app'],
  ])('is read as %s', (type, body) => {
    expect(parseTokenRequest(type, body)).toBe('t')
  })

  test.each([
    [undefined, '{"grant_type":"refresh_token","refresh_token":"t"}'],
    ['text/plain', '{"grant_type":"refresh_token","refresh_token":"t"}'],
    [JSON_TYPE, '{"grant_type":"refresh_token","refresh_token":'],
    [JSON_TYPE, 'null'],
    [JSON_TYPE, '["refresh_token"]'],
    [JSON_TYPE, '{"grant_type":"refresh_token","refresh_token":["t"]}'],
    [JSON_TYPE, '{"grant_type":"authorization_code","refresh_token":"t"}'],
    [FORM, 'grant_type=refresh_token&refresh_token=t&refresh_token=u'],
    [FORM, 'grant_type=password&refresh_token=t'],
    [FORM, ''],
  ])('as %s is nothing: %s', (type, body) => {
    expect(parseTokenRequest(type, body)).toBeUndefined()
  })
})

describe('a handle', () => {
  test('has 256 bits of its own, and a hash that does not show them', () => {
    const handles = new Set(Array.from({ length: 100 }, createHandle))
    expect(handles.size).toBe(100)
    for (const handle of handles) {
      expect(Buffer.from(handle.slice(3), 'base64url')).toHaveLength(32)
      expect(hashHandle(handle)).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  test.each(['', 'xh_', 'rt_secret', `xh_${'a'.repeat(44)}`, `xh_${'!'.repeat(43)}`])('is not %s', (text) => {
    expect(hashHandle(text)).toBeUndefined()
  })
})

test('a rate limit lets a burst through, then so many each second, by name', () => {
  let now = 0
  const limit = new RateLimit({ burst: 2, perSecond: 1, now: () => now })
  const takes = (name: string) => [limit.take(name), limit.take(name), limit.take(name)]
  expect(takes('a')).toEqual([true, true, false])
  expect(takes('b')).toEqual([true, true, false])
  now = 1_000
  expect(takes('a')).toEqual([true, false, false])
  now = 100_000
  expect(takes('a')).toEqual([true, true, false])
})

test('a listener that throws keeps no other from hearing', () => {
  const source = new BrokerEventSource()
  const heard: string[] = []
  source.on('login-dead', () => {
    throw new Error('a listener failed')
  })
  const listening = source.on('login-dead', ({ reason }) => heard.push(reason))
  source.tell('login-dead', { owner: 'ada', seedId: 's', reason: 'one' })
  listening[Symbol.dispose]()
  source.tell('login-dead', { owner: 'ada', seedId: 's', reason: 'two' })
  expect(heard).toEqual(['one'])
})

describe('the state of a refresh', () => {
  const row = (change: Partial<RefreshRow>): RefreshRow => ({
    state: 'idle',
    fence: 3,
    holder: 'a',
    at: 1_000,
    lockMs: 100,
    notBefore: null,
    reason: null,
    refreshedAt: null,
    ...change,
  })
  const claim = { owner: 'ada', seedId: 's', revision: 1, holder: 'b', lockMs: 100 }

  test.each([
    ['idle', 1_050, 'idle', 'take'],
    ['claimed', 1_050, 'refreshing', 'busy'],
    ['claimed', 1_100, 'idle', 'take'],
    ['sent', 1_050, 'refreshing', 'busy'],
    ['sent', 1_100, 'unknown', 'unknown'],
    ['unknown', 1_050, 'unknown', 'unknown'],
    ['unknown', 9_999, 'unknown', 'unknown'],
  ] as const)('%s at %i is %s, and a claim gets: %s', (state, now, shown, answered) => {
    const refresh = row({ state })
    expect(toRefresh(refresh, 'alive', now).state).toBe(shown)
    expect(toRefresh(refresh, 'dead', now).state).toBe('dead')
    const answer = answerClaim({ status: 'alive', isLeased: false, revision: 1, refresh }, claim, now)
    const word = typeof answer === 'string' ? answer : 'why' in answer ? answer.why : answer.type
    expect(word).toBe(answered)
    const moved = answerClaim({ status: 'alive', isLeased: false, revision: 2, refresh }, claim, now)
    expect(moved).toEqual({ type: 'moved', revision: 2 })
  })

  test('a claim that sent nothing is its holder’s to make again', () => {
    const seed = { status: 'alive', isLeased: false, revision: 1 } as const
    const mine = { ...claim, holder: 'a' }
    expect(answerClaim({ ...seed, refresh: row({ state: 'claimed' }) }, mine, 1_050)).toBe('take')
    expect(answerClaim({ ...seed, refresh: row({ state: 'sent' }) }, mine, 1_050)).toEqual({ type: 'busy' })
  })

  test('a failure keeps others away for a while, and no longer', () => {
    const seed = {
      status: 'alive',
      isLeased: false,
      revision: 1,
      refresh: row({ notBefore: 2_000 }),
    } as const
    expect(answerClaim(seed, claim, 1_999)).toMatchObject({ why: 'too-soon', refresh: { notBefore: 2_000 } })
    expect(answerClaim(seed, claim, 2_000)).toBe('take')
    expect(answerClaim({ ...seed, isLeased: true }, claim, 2_000)).toMatchObject({ why: 'leased' })
  })
})
