import type { SnapshotFilter, SnapshotRecord } from '../store/snapshot-record.ts'
import { StoreError } from '../store/store-error.ts'
import { planCollection, type Retention } from './plan-collection.ts'
import { bytesOf } from './snapshot-data.ts'
import type { SnapshotsContext } from './snapshots-context.ts'

export interface CollectOptions extends SnapshotFilter, Retention {
  readonly signal?: AbortSignal
}

export interface CollectResult {
  readonly removed: number
  /** What became free in the store. */
  readonly bytes: number
}

/**
 * Removes what the rules don't keep, task by task. The newest good one of every task stays, and so does what it is laid
 * over, and what somebody reads at the moment or has laid an increment over meanwhile. Safe beside any other use, in any
 * number of processes. What a crash leaves is taken up by the next call.
 * @throws StoreError; RangeError for a rule that is none
 */
export async function collectSnapshots(
  { store }: SnapshotsContext,
  options: CollectOptions,
): Promise<CollectResult> {
  const { owner, taskId, signal, ...retention } = options
  assertRetention(retention)
  const records = await store.snapshots.list({ owner, ...(taskId !== undefined && { taskId }) })
  const byTask = new Map<string, SnapshotRecord[]>()
  for (const record of records) byTask.set(record.taskId, [...(byTask.get(record.taskId) ?? []), record])
  const now = await store.now()
  let [removed, bytes] = [0, 0]
  for (const ofTask of byTask.values()) {
    for (const record of planCollection(ofTask, retention, now)) {
      signal?.throwIfAborted()
      if (!(await remove(() => store.snapshots.delete(record)))) continue
      removed += 1
      bytes += bytesOf(record)
    }
  }
  return { removed, bytes }
}

/** False when somebody needs it. */
async function remove(body: () => Promise<void>): Promise<boolean> {
  try {
    await body()
    return true
  } catch (error) {
    if (error instanceof StoreError && error.code === 'leased') return false
    throw error
  }
}

function assertRetention({ count = 1, maxAgeMs = 0, maxBytes = 0 }: Retention): void {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`expected count to be a whole number from 1, got ${count}`)
  if (!(maxAgeMs >= 0)) throw new RangeError(`expected maxAgeMs >= 0, got ${maxAgeMs}`)
  if (!(maxBytes >= 0)) throw new RangeError(`expected maxBytes >= 0, got ${maxBytes}`)
}
