import type { DeliverableOperations } from './deliverable.ts'
import type { HandleOperations } from './handle.ts'
import type { JournalOperations } from './journal.ts'
import type { LeaseOperations } from './lease.ts'
import type { RefreshOperations } from './refresh.ts'
import type { SeedOperations } from './seed-record.ts'
import type { SnapshotOperations } from './snapshot-record.ts'
import type { OrchestratorOperations, TaskOperations } from './task-record.ts'

/** How long what nobody finished is left alone, in milliseconds. A writer shows every half minute that it lives. */
export const GRACE_MS = 3_600_000

export interface SweepOptions {
  /** How long an unfinished blob must have shown no sign of life, in milliseconds. @default 3_600_000 */
  readonly graceMs?: number
}

/** How many of each were removed. */
export interface SweepResult {
  readonly blobs: number
  readonly waiters: number
  readonly handles: number
  readonly orchestrators: number
}

/**
 * Where seeds, leases, snapshots, task records, journals and deliverables rest. Two implementations keep the same contract: `openSqliteStore` for the
 * processes of one machine, `openMongoStore` for many machines.
 *
 * Content is encrypted with a key of its own per blob, which is wrapped by a key of the `KeyProvider`; names and
 * metadata are not. Time is the store's: the server's in MongoDB, the machine's in SQLite, never a caller's.
 *
 * Misuse, such as an owner that is empty, is a `TypeError` or `RangeError` before anything is read or written.
 */
export interface Store extends AsyncDisposable {
  readonly seeds: SeedOperations
  readonly leases: LeaseOperations
  readonly refreshes: RefreshOperations
  readonly handles: HandleOperations
  readonly tasks: TaskOperations
  readonly snapshots: SnapshotOperations
  readonly journal: JournalOperations
  readonly deliverables: DeliverableOperations
  readonly orchestrators: OrchestratorOperations
  /** What time it is for leases and records, in milliseconds since 1970. */
  readonly now: () => Promise<number>
  /**
   * Removes what writers that failed or died have left, and who no longer waits or lives. Safe beside any other use,
   * in any number of processes; opening a store does it once.
   */
  readonly sweep: (options?: SweepOptions) => Promise<SweepResult>
  /**
   * Wraps the data keys of all content with the provider's current key; content is not rewritten. Each blob changes
   * atomically, and what a crash leaves is taken up by the next call. When it returns, older keys are no longer
   * needed by what was there when it began.
   * @throws StoreError `wrong-key`
   */
  readonly rewrap: () => Promise<{ readonly rewrapped: number }>
  /** Waits for nothing; operations that run reject with `closed`. Idempotent. */
  readonly close: () => Promise<void>
}
