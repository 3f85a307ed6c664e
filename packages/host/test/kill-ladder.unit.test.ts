import { expect, test } from 'vitest'
import type { LadderStep } from '../src/detached-process.ts'
import { climbLadder, DEFAULT_LADDER } from '../src/kill-ladder.ts'

/** A process on a clock of its own: it ends `afterMs` after the `nth` signal. */
function target(nth: number, afterMs = 0) {
  const log: string[] = []
  let signals = 0
  let now = 0
  let endsAt = nth === 0 ? 0 : Number.POSITIVE_INFINITY
  return {
    log,
    async signal(name: LadderStep['signal']) {
      if (now >= endsAt) return false
      signals += 1
      log.push(`${now} ${name}`)
      if (signals === nth) endsAt = now + afterMs
      return true
    },
    async endsWithin(waitMs: number) {
      const ended = endsAt <= now + waitMs
      now = ended ? Math.max(now, endsAt) : now + waitMs
      return ended
    },
  }
}

test('the first signal that works is the last one sent', async () => {
  const process = target(1, 30)
  expect(await climbLadder(process, DEFAULT_LADDER)).toBe('SIGTERM')
  expect(process.log).toEqual(['0 SIGTERM'])
})

test('each step waits its time before the next', async () => {
  const process = target(3)
  expect(await climbLadder(process, DEFAULT_LADDER)).toBe('SIGKILL')
  expect(process.log).toEqual(['0 SIGTERM', '5000 SIGTERM', '10000 SIGKILL'])
})

test('what had already ended gets no signal', async () => {
  const process = target(0)
  expect(await climbLadder(process, DEFAULT_LADDER)).toBeUndefined()
  expect(process.log).toEqual([])
})

test('what ended between two steps was ended by the signal before', async () => {
  const steps: LadderStep['signal'][] = []
  const process = {
    signal: async (name: LadderStep['signal']) => steps.push(name) === 1,
    endsWithin: async () => false,
  }
  expect(await climbLadder(process, DEFAULT_LADDER)).toBe('SIGTERM')
  expect(steps).toEqual(['SIGTERM', 'SIGTERM'])
})

test('a survivor is timed-out', async () => {
  const process = target(9)
  const failure = { code: 'timed-out', message: 'process survived SIGTERM, SIGTERM, SIGKILL' }
  await expect(climbLadder(process, DEFAULT_LADDER)).rejects.toMatchObject(failure)
})

test('a ladder needs a step, and times that a timer can keep', async () => {
  for (const ladder of [
    [],
    [{ signal: 'SIGTERM', waitMs: -1 }],
    [{ signal: 'SIGTERM', waitMs: Number.NaN }],
  ] as const) {
    const process = target(1)
    await expect(climbLadder(process, ladder)).rejects.toBeInstanceOf(TypeError)
    expect(process.log).toEqual([])
  }
})
