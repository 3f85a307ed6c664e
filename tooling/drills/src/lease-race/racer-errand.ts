import type { StorePlace } from '../stores/store-place.ts'

/** What a racer is told when it starts. */
export interface RacerErrand {
  readonly place: StorePlace
  readonly name: string
  /** Where a holder marks a seed as its own. */
  readonly marks: string
  readonly leaseMs: number
  readonly pollMs: number
  readonly timeoutMs: number
  /** Write as if there were no fencing numbers. */
  readonly sabotage: boolean
}

export const OWNER = 'drill'
export const POOL = 'race'
