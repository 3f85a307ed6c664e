import { noSnapshot } from '../store/refusals.ts'
import { checkVerdict } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord, SnapshotVerdict } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSnapshot, visibleSnapshot } from './snapshot-document.ts'

export async function markSnapshot(
  context: MongoContext,
  key: SnapshotKey,
  verdict: SnapshotVerdict,
): Promise<SnapshotRecord> {
  checkVerdict(key, verdict)
  const after = await context.snapshots.findOneAndUpdate(
    visibleSnapshot(key),
    { $set: { state: verdict } },
    { returnDocument: 'after' },
  )
  if (!after) throw noSnapshot(key)
  return toSnapshot(after, await serverTime(context))
}
