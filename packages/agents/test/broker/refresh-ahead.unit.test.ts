import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CurrentTokens } from '../../src/broker/login-keeper.ts'
import { renderMayHaveHappened } from '../../src/broker/may-have-happened.ts'
import { RefreshAhead } from '../../src/broker/refresh-ahead.ts'

const KEY = { owner: 'ada', seedId: 's' }
const LIFE_MS = 100_000

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

function tokens(savedAt: number): CurrentTokens {
  const seed = { ...KEY, savedAt, refresh: { state: 'idle', fence: 0 } }
  return { accessToken: 'a', expiresAt: savedAt + LIFE_MS, seed } as unknown as CurrentTokens
}

function stage(random = 0.5) {
  const renewed: number[] = []
  let isUsed = true
  let newest = tokens(0)
  const ahead = new RefreshAhead({
    share: 0.2,
    marginMs: 5_000,
    random: () => random,
    now: Date.now,
    isUsed: async () => isUsed,
    current: async () => newest,
    async renew() {
      renewed.push(Date.now())
      newest = tokens(Date.now())
      return newest
    },
  })
  return {
    ahead,
    renewed,
    leave: () => (isUsed = false),
    byOther: () => (newest = tokens(Date.now())),
    fail(reason: string) {
      const seed = { ...newest.seed, refresh: { state: 'idle' as const, fence: 1, reason } }
      newest = { ...newest, seed }
    },
  }
}

test('renews before the end, again and again, and once however often it is told', async () => {
  const { ahead, renewed } = stage()
  ahead.watch(tokens(0))
  ahead.watch(tokens(0))
  await vi.advanceTimersByTimeAsync(170_000)
  expect(renewed).toEqual([80_000, 160_000])
  ahead.close()
  await vi.advanceTimersByTimeAsync(500_000)
  expect(renewed).toHaveLength(2)
})

test('comes at another moment than others, and leaves them what they have done', async () => {
  const early = stage(1)
  early.ahead.watch(tokens(0))
  await vi.advanceTimersByTimeAsync(73_400)
  expect(early.renewed).toEqual([73_334])
  early.ahead.close()
  const other = stage()
  other.byOther()
  other.ahead.watch(tokens(Date.now() - 79_000))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(other.renewed).toEqual([])
  other.ahead.close()
})

test('lets a login rest that nobody uses', async () => {
  const { ahead, renewed, leave } = stage()
  ahead.watch(tokens(0))
  leave()
  await vi.advanceTimersByTimeAsync(500_000)
  expect(renewed).toEqual([])
  ahead.close()
})

test('shows a token that may be spent only when the one that works is about to end', async () => {
  const { ahead, renewed, fail } = stage()
  fail(renderMayHaveHappened('status 502'))
  ahead.watch(tokens(0))
  await vi.advanceTimersByTimeAsync(94_999)
  expect(renewed).toEqual([])
  await vi.advanceTimersByTimeAsync(10)
  expect(renewed).toEqual([95_000])
  ahead.close()
  const busy = stage()
  busy.fail('status 503')
  busy.ahead.watch(tokens(Date.now() - 79_000))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(busy.renewed).toHaveLength(1)
  busy.ahead.close()
})
