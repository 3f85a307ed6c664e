import type { LoginMode } from '@x/codex'
import { createSeededRandom } from '../seeded-random.ts'

/** `turn`: while sessions renew. `attach`: while they are taken up, with a login that is to be renewed. `twice`: both. */
export const DEATHS = ['turn', 'attach', 'twice', 'none'] as const

export type CodexDeath = (typeof DEATHS)[number]

export interface PlannedRotation {
  /** From 1. */
  readonly n: number
  readonly mode: LoginMode
  readonly death: CodexDeath
  /** After what was begun, in milliseconds. */
  readonly afterMs: number
  /** Of the second death. */
  readonly againMs: number
  /** How long the provider takes, so that a death falls there more often, in milliseconds; and on which side of its commit. */
  readonly slow?: { readonly ms: number; readonly when: 'before' | 'after' }
}

export const MODES: readonly LoginMode[] = ['brokered', 'planted']

/** How many sessions have a login at once. */
export const SESSIONS: Readonly<Record<LoginMode, number>> = { brokered: 4, planted: 1 }

/** The first half is brokered. Every death comes once before any comes again. The same seed makes the same schedule. Pure. */
export function planRotations(runs: number, seed: number): readonly PlannedRotation[] {
  const random = createSeededRandom(seed)
  const deaths: CodexDeath[] = []
  while (deaths.length < runs) deaths.push(...random.shuffled(DEATHS))
  return deaths.slice(0, runs).map((death, index) => ({
    n: index + 1,
    mode: index < runs / 2 ? 'brokered' : 'planted',
    death,
    afterMs: death === 'attach' ? random.between(0, 900) : random.between(0, 400),
    againMs: random.between(0, 1_500),
    ...(random.chance(0.5) && {
      slow: { ms: random.between(50, 500), when: random.chance(0.7) ? 'after' : 'before' },
    }),
  }))
}
