import { expect, test } from 'vitest'
import { DEATHS, ORCHESTRATORS, planRuns } from '../../src/rotate/plan.ts'
import { STORES } from '../../src/stores/store-place.ts'

test('every death comes once before any comes again, and the same seed makes the same schedule', () => {
  const runs = planRuns(40, 5)
  expect(runs.map(({ n }) => n)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  for (const mode of ['brokered', 'planted'] as const) {
    const deaths = runs.filter((run) => run.mode === mode).map(({ death }) => death)
    expect(deaths).toHaveLength(20)
    expect(new Set(deaths.slice(0, DEATHS[mode].length))).toEqual(new Set(DEATHS[mode]))
  }
  expect(planRuns(40, 5)).toEqual(runs)
  expect(planRuns(40, 6)).not.toEqual(runs)
  for (const { victim } of runs) expect(victim).toBeLessThan(ORCHESTRATORS)
})

test('each mode is drilled in each store', () => {
  const sides = new Set(planRuns(4, 1).map(({ mode, store }) => `${mode} ${store}`))
  expect(sides.size).toBe(2 * STORES.length)
})
