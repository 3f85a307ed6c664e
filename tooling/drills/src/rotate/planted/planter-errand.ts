import type { StorePlace } from '../../stores/store-place.ts'

/** How long a lease is good when its holder has died. */
export const LEASE_MS = 1_500
/** How long one waits for a login. */
export const WAIT_MS = 60_000

/**
 * Where one dies that plants a login: its lease is ours; the home is watched; the login lies there and the agent runs;
 * the lease was renewed so that a rotation may be saved; it was saved; all is saved, and the lease not given back; it was.
 * `taken`: the lease of a dead one is ours, and nobody has looked where the login lies.
 */
export type PlanterStep =
  'acquired' | 'watched' | 'planted' | 'renewed' | 'saved' | 'unreleased' | 'released' | 'taken'

/** What it is started with. */
export interface PlanterErrand {
  readonly place: StorePlace
  /** How often a call of the store fails: half of them before they did anything, half of them after. */
  readonly failing: number
  /** Of which calls fail. */
  readonly seed: number
  /** Frees the lease of a dead one without a look. */
  readonly sabotage: boolean
}

/** Where a login is planted. */
export interface PlantedAt {
  readonly seedId: string
  readonly home: string
  readonly worker: string
}

/** What it is told, one line each. `end`: the agent has ended. */
export type PlanterTask =
  | (PlantedAt & { readonly do: 'use' })
  | (PlantedAt & { readonly do: 'takeOver'; readonly revoke: boolean })
  | { readonly do: 'end'; readonly worker: string }
  | { readonly do: 'die'; readonly at: PlanterStep }

/** What it says. `planted`: the agent may start. `ended`: how, or that nobody had a lease there. */
export type PlanterLine =
  | { readonly ready: true }
  | { readonly planted: string }
  | { readonly taken: string }
  | { readonly ended: string; readonly how: 'released' | 'lost' | 'kept' | 'free' }
  | { readonly failed: string; readonly why: string }
