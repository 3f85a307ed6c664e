import type { LoginMode } from '@x/codex'
import { createSeededRandom } from '../seeded-random.ts'
import { STORES, type StorePlace } from '../stores/store-place.ts'
import type { DeathStep } from './orchestrator-errand.ts'
import type { PlanterStep } from './planted/planter-errand.ts'

/** At each step in turn, at a time that falls anywhere, or not at all. */
export const DEATHS = {
  brokered: ['claimed', 'connected', 'marked', 'sent', 'answered', 'saved', 'random', 'none'],
  planted: [
    'acquired',
    'watched',
    'planted',
    'renewed',
    'saved',
    'unreleased',
    'released',
    'taken',
    'random',
    'none',
  ],
} as const satisfies {
  readonly brokered: readonly BrokeredRun['death'][]
  readonly planted: readonly PlantedRun['death'][]
}

interface PlannedRun {
  /** From 1. */
  readonly n: number
  readonly store: StorePlace['kind']
  /** Which of the orchestrators dies. */
  readonly victim: number
  /** When a random death comes, after the first has begun, in milliseconds. */
  readonly afterMs: number
}

export interface BrokeredRun extends PlannedRun {
  readonly mode: 'brokered'
  readonly death: DeathStep | 'random' | 'none'
}

export interface PlantedRun extends PlannedRun {
  readonly mode: 'planted'
  /** `taken`: the one that plants, and then the one that takes its lease over. */
  readonly death: PlanterStep | 'random' | 'none'
  /** How often the agent renews the login while everything is well, for each orchestrator. */
  readonly rotations: readonly number[]
  /** Somebody takes the login over at once, or when the lease has expired. */
  readonly isHasty: boolean
}

export const ORCHESTRATORS = 3

const MODES: readonly LoginMode[] = ['brokered', 'planted']

/**
 * The first half is brokered; of each mode the first half is in the first store. In each mode every death comes once
 * before any comes again. The same seed makes the same schedule. Pure.
 */
export function planRuns(runs: number, seed: number): readonly (BrokeredRun | PlantedRun)[] {
  const random = createSeededRandom(seed)
  const planned: (BrokeredRun | PlantedRun)[] = []
  for (const [index, mode] of MODES.entries()) {
    const share = index === 0 ? Math.ceil(runs / 2) : Math.floor(runs / 2)
    const deaths: (BrokeredRun | PlantedRun)['death'][] = []
    while (deaths.length < share) deaths.push(...random.shuffled<(typeof deaths)[number]>(DEATHS[mode]))
    for (const [of, death] of deaths.slice(0, share).entries()) {
      const store = STORES[of < share / 2 ? 0 : 1]
      const victim = random.between(0, ORCHESTRATORS - 1)
      const run = { n: planned.length + 1, store, victim }
      if (mode === 'brokered')
        planned.push({ ...run, mode, death: death as BrokeredRun['death'], afterMs: random.between(0, 120) })
      else
        planned.push({
          ...run,
          mode,
          death: death as PlantedRun['death'],
          afterMs: random.between(0, 900),
          rotations: Array.from({ length: ORCHESTRATORS }, () => random.between(1, 3)),
          isHasty: random.chance(0.5),
        })
    }
  }
  return planned
}
