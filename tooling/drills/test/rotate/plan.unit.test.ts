import { expect, test } from 'vitest'
import { DEATHS, ORCHESTRATORS, planRuns } from '../../src/rotate/plan.ts'

test('every death comes once before any comes again, and the same seed makes the same schedule', () => {
  const runs = planRuns(20, 5)
  expect(runs.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  for (const from of [0, DEATHS.length])
    expect(new Set(runs.slice(from, from + DEATHS.length).map(({ death }) => death)).size).toBe(DEATHS.length)
  expect(planRuns(20, 5)).toEqual(runs)
  expect(planRuns(20, 6)).not.toEqual(runs)
  for (const { victim } of runs) expect(victim).toBeLessThan(ORCHESTRATORS)
})
