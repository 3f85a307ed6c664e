import type { SeedManifest } from '../seeds/manifest.ts'
import type { SnapshotFilter, SnapshotKey } from '../store/snapshot-record.ts'
import type { Store } from '../store/store.ts'
import type { TaskKey } from '../store/task-record.ts'
import { newestChain } from './chain.ts'
import { collectSnapshots, type CollectOptions, type CollectResult } from './collect-snapshots.ts'
import { restoreSnapshot, type RestoreSnapshotOptions } from './restore-snapshot.ts'
import { assertApart, type SnapshotContentRules } from './snapshot-content.ts'
import { summarise, type SnapshotSummary } from './snapshot-data.ts'
import type { ChainLimits, SnapshotsContext } from './snapshots-context.ts'
import { takeSnapshot, type TakeOptions } from './take-snapshot.ts'
import { verifySnapshot, type SnapshotFinding, type VerifySnapshotOptions } from './verify-snapshot.ts'

export interface SnapshotsOptions {
  /** Stays the caller's: whoever opened it closes it. */
  readonly store: Store
  /** What belongs into snapshots: one for each agent. */
  readonly contents: readonly SnapshotContentRules[]
  /** What belongs to logins, and therefore into no snapshot: all that there are. */
  readonly seeds: readonly SeedManifest[]
  readonly chain?: ChainLimits
}

/** What is kept of sessions, so that they can go on elsewhere. */
export interface Snapshots {
  /** Keeps what a session needs. See `takeSnapshot`. */
  readonly take: (options: TakeOptions) => Promise<SnapshotSummary>
  /** Puts a kept one in the place of a directory. See `restoreSnapshot`. */
  readonly restore: (options: RestoreSnapshotOptions) => Promise<SnapshotSummary>
  /** The newest that can be restored, as far as it is known. */
  readonly newest: (key: TaskKey) => Promise<SnapshotSummary | undefined>
  /** Oldest first. */
  readonly list: (filter: SnapshotFilter) => Promise<readonly SnapshotSummary[]>
  /** Reads what was stored, and names what must not be there. See `verifySnapshot`. */
  readonly verify: (key: SnapshotKey, options?: VerifySnapshotOptions) => Promise<readonly SnapshotFinding[]>
  /** Removes what the rules don't keep, and nothing that is needed. See `collectSnapshots`. */
  readonly collect: (options: CollectOptions) => Promise<CollectResult>
  /**
   * Destroys one; with `revoke` also while somebody reads it.
   * @throws StoreError `leased` while another is laid over it, and for a minute after somebody has read it
   */
  readonly delete: (key: SnapshotKey, options?: { readonly revoke?: boolean }) => Promise<void>
  /** Destroys all of a task, also while somebody reads them: it can't be taken up elsewhere any more. */
  readonly forget: (key: TaskKey) => Promise<void>
}

/**
 * Binds a store to what is known of the agents whose sessions are kept. Holds nothing open.
 * @throws TypeError when a file of a login could come into a snapshot, and for rules that can't be right
 */
export function createSnapshots({ store, contents, seeds, chain = {} }: SnapshotsOptions): Snapshots {
  const { maxIncrements = 16, maxShare = 0.5 } = chain
  for (const rules of contents) assertApart(rules, seeds)
  const rules = new Map(contents.map((one) => [one.agent, one]))
  if (rules.size < contents.length) throw new TypeError('expected one allow-list for each agent')
  if (!Number.isInteger(maxIncrements) || maxIncrements < 0)
    throw new RangeError(`expected maxIncrements to be a whole number, got ${maxIncrements}`)
  if (!(maxShare >= 0 && maxShare <= 1))
    throw new RangeError(`expected maxShare from 0 to 1, got ${maxShare}`)
  const context: SnapshotsContext = { store, rules, seeds, limits: { maxIncrements, maxShare } }
  return {
    take: (options) => takeSnapshot(context, options),
    restore: (options) => restoreSnapshot(context, options),
    verify: (key, options) => verifySnapshot(context, key, options),
    collect: (options) => collectSnapshots(context, options),
    list: async (filter) => (await store.snapshots.list(filter)).map(summarise),
    async newest({ owner, taskId }) {
      const newest = newestChain(await store.snapshots.list({ owner, taskId }))?.at(-1)
      return newest && summarise(newest)
    },
    delete: (key, options) => store.snapshots.delete(key, options),
    async forget({ owner, taskId }) {
      const records = await store.snapshots.list({ owner, taskId })
      for (const record of records.toReversed()) await store.snapshots.delete(record, { revoke: true })
    },
  }
}
