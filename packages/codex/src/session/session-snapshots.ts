import type { Retention, Snapshots, SnapshotSummary, TakeProgress } from '@x/agents/snapshots'
import { ConfigError } from '../errors.ts'

/**
 * What became of a snapshot that was taken by itself. `not-collected`: one was taken, and older ones that were to go
 * are still there; they go with the next. `lost`: the task is somebody else's, and no more are taken.
 */
export type SnapshotOutcome =
  | { readonly type: 'taken'; readonly snapshot: SnapshotSummary }
  | { readonly type: 'not-collected'; readonly error: unknown }
  | { readonly type: 'failed'; readonly error: unknown; readonly againInMs: number }
  | { readonly type: 'lost'; readonly error: unknown }

/** Where the snapshots of a session go, and when they are taken by themselves. */
export interface SessionSnapshots {
  /** Made with `codexSnapshotContent`. Its store stays the caller's, who closes it after the session. */
  readonly snapshots: Snapshots
  readonly owner: string
  /** The number of the task's record, when the store has one: each write carries it. Who has lost the task takes none. */
  readonly fence?: number
  /** What of the work is left out, as in `.gitignore`, for example `node_modules/`. @default nothing */
  readonly exclude?: readonly string[]
  /** By themselves when a turn has ended, and when the session is closed; or only when `snapshot` is called. @default 'turns' */
  readonly when?: 'turns' | 'asked'
  /** At least so long lies between the beginnings of two that are taken by themselves, in milliseconds. @default 60_000 */
  readonly intervalMs?: number
  /** Which of the task's are kept after each that was taken by itself. @default ten */
  readonly retention?: Retention
  /** Told of each that was taken by itself. What it throws is lost. */
  readonly onOutcome?: (outcome: SnapshotOutcome) => void
}

export interface SnapshotOptions {
  /** Gives it up; nothing is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TakeProgress) => void
}

/**
 * What of a lost worker's session is put here, when there is no session of that id; `isWorkerLost` is heard when there
 * is one, too.
 */
export interface RestoreFrom {
  /** @default the newest good one */
  readonly snapshotId?: string
  /**
   * The machine where the session was is gone for good: a login that was planted there is taken away from it, also when
   * the session was put here before without saying so. What was renewed there and never saved is lost then; while it may
   * come back, reach it and close the session instead.
   * @default false: a login whose lease was left there is refused
   */
  readonly isWorkerLost?: boolean
}

/** What would be found out only when the first has been taken. @throws ConfigError */
export function assertSnapshots(given: SessionSnapshots | undefined): void {
  const { retention: { count = 1, maxAgeMs = 0, maxBytes = 0 } = {}, intervalMs = 0 } = given ?? {}
  const assert = (field: string, holds: boolean, expected: string, got: number): void => {
    if (!holds) throw new ConfigError(`snapshots.${field}`, expected, String(got))
  }
  assert('retention.count', Number.isInteger(count) && count >= 1, 'a whole number from 1', count)
  assert('retention.maxAgeMs', maxAgeMs >= 0, '0 or more', maxAgeMs)
  assert('retention.maxBytes', maxBytes >= 0, '0 or more', maxBytes)
  assert('intervalMs', intervalMs >= 0, '0 or more', intervalMs)
}
