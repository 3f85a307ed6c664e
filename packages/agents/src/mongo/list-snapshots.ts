import { checkSnapshotFilter } from '../store/snapshot-input.ts'
import type { SnapshotFilter, SnapshotRecord } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSnapshot } from './snapshot-document.ts'

export async function listSnapshots(
  context: MongoContext,
  filter: SnapshotFilter,
): Promise<readonly SnapshotRecord[]> {
  checkSnapshotFilter(filter)
  const { owner, taskId } = filter
  const documents = await context.snapshots
    .find({ owner, ...(taskId !== undefined && { taskId }), state: { $ne: 'pending' } })
    .sort({ number: 1 })
    .toArray()
  const now = await serverTime(context)
  return documents.map((document) => toSnapshot(document, now))
}
