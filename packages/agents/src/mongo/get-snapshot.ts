import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSnapshot, toSnapshot } from './snapshot-document.ts'

export async function getSnapshot(context: MongoContext, key: SnapshotKey): Promise<SnapshotRecord> {
  checkSnapshotKey(key)
  const document = await findSnapshot(context, key)
  return toSnapshot(document, await serverTime(context))
}
