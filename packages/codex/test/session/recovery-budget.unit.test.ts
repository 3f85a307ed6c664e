import { describe, expect, test, vi } from 'vitest'
import { RecoveryBudget } from '../../src/session/recovery-budget.ts'

describe('RecoveryBudget', () => {
  test('is spent by five starts within ten minutes, and comes back as they age', () => {
    let now = 0
    const budget = new RecoveryBudget(() => now)
    for (let n = 0; n < 5; n += 1) {
      expect(budget.isSpent).toBe(false)
      budget.spend()
      now += 60_000
    }
    expect(budget.isSpent).toBe(true)
    // The first start was at 0.
    now = 10 * 60_000 - 1
    expect(budget.isSpent).toBe(true)
    now = 10 * 60_000
    expect(budget.isSpent).toBe(false)
    budget.spend()
    expect(budget.isSpent).toBe(true)
  })

  test('does not pause before the first attempt', async () => {
    vi.useFakeTimers()
    try {
      const paused = new RecoveryBudget().pause(1, new AbortController().signal)
      await vi.advanceTimersByTimeAsync(0)
      expect(await paused).toBeUndefined()
    } finally {
      vi.useRealTimers()
    }
  })

  test('gives up a pause with the reason of its signal, and leaves nothing on it', async () => {
    const reason = new Error('enough')
    const budget = new RecoveryBudget()
    await expect(budget.pause(1, AbortSignal.abort(reason))).rejects.toBe(reason)
    const ending = new AbortController()
    const paused = budget.pause(30, ending.signal)
    ending.abort(reason)
    await expect(paused).rejects.toBe(reason)
  })
})
