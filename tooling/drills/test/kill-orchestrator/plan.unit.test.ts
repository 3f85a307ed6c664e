import { expect, test } from 'vitest'
import { KINDS, planRuns } from '../../src/kill-orchestrator/plan.ts'

test('the same seed makes the same schedule, another one another', () => {
  expect(planRuns(20, 17)).toEqual(planRuns(20, 17))
  expect(planRuns(20, 17)).not.toEqual(planRuns(20, 18))
})

test('every kind of fault comes once before any comes again', () => {
  const kinds = planRuns(KINDS.length * 2, 5).map((run) => run.kind)
  expect(new Set(kinds.slice(0, KINDS.length)).size).toBe(KINDS.length)
  expect(new Set(kinds.slice(KINDS.length)).size).toBe(KINDS.length)
})
