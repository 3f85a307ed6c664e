import { createSeededRandom } from '../seeded-random.ts'
import type { DeathStep } from './orchestrator-errand.ts'

/** At each step in turn, at a time that falls anywhere, or not at all. */
export const DEATHS = [
  'claimed',
  'connected',
  'marked',
  'sent',
  'answered',
  'saved',
  'random',
  'none',
] as const

export interface PlannedRun {
  /** From 1. */
  readonly n: number
  readonly death: DeathStep | 'random' | 'none'
  /** Which of the orchestrators dies. */
  readonly victim: number
  /** When a random death comes, after the first session has asked, in milliseconds. */
  readonly afterMs: number
}

export const ORCHESTRATORS = 3

/** Every death comes once before any comes again. The same seed makes the same schedule. Pure. */
export function planRuns(runs: number, seed: number): readonly PlannedRun[] {
  const random = createSeededRandom(seed)
  const deaths: PlannedRun['death'][] = []
  while (deaths.length < runs) deaths.push(...random.shuffled(DEATHS))
  return deaths.slice(0, runs).map((death, index) => ({
    n: index + 1,
    death,
    victim: random.between(0, ORCHESTRATORS - 1),
    afterMs: random.between(0, 120),
  }))
}
