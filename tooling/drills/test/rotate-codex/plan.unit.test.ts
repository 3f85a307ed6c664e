import { expect, test } from 'vitest'
import { DEATHS, planRotations } from '../../src/rotate-codex/plan.ts'

test('the same seed makes the same schedule, another one another', () => {
  expect(planRotations(20, 17)).toEqual(planRotations(20, 17))
  expect(planRotations(20, 17)).not.toEqual(planRotations(20, 18))
})

test('every death comes once before any comes again, and the first half is brokered', () => {
  const planned = planRotations(DEATHS.length * 2, 5)
  expect(new Set(planned.slice(0, DEATHS.length).map(({ death }) => death)).size).toBe(DEATHS.length)
  expect(planned.map(({ mode }) => mode)).toEqual([
    ...DEATHS.map(() => 'brokered'),
    ...DEATHS.map(() => 'planted'),
  ])
})
