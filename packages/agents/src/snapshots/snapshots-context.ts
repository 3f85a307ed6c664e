import type { SeedManifest } from '../seeds/manifest.ts'
import type { Store } from '../store/store.ts'
import type { SnapshotContentRules } from './snapshot-content.ts'
import { SnapshotError } from './snapshot-error.ts'

/** When a snapshot is laid over the newest one, and when it stands for itself again. */
export interface ChainLimits {
  /** How many increments may follow each other: a restore reads them all. @default 16 */
  readonly maxIncrements?: number
  /** Of the bytes of the directory, how much may have changed; from 0 to 1. @default 0.5 */
  readonly maxShare?: number
}

/** What every operation works with. */
export interface SnapshotsContext {
  readonly store: Store
  readonly rules: ReadonlyMap<string, SnapshotContentRules>
  readonly seeds: readonly SeedManifest[]
  readonly limits: Required<ChainLimits>
}

/** @throws SnapshotError `unknown-agent` */
export function rulesOf({ rules }: SnapshotsContext, agent: string): SnapshotContentRules {
  const found = rules.get(agent)
  if (!found) throw new SnapshotError('unknown-agent', `nothing was said about snapshots of ${agent}`)
  return found
}
