import { noSnapshot } from '../store/refusals.ts'
import { checkHold } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSnapshot, toSnapshot, visibleSnapshot } from './snapshot-document.ts'

export async function holdSnapshot(
  context: MongoContext,
  key: SnapshotKey,
  options: { readonly forMs: number },
): Promise<SnapshotRecord> {
  checkHold(key, options)
  const now = await serverTime(context)
  const heldUntil = new Date(now + options.forMs)
  const staying = { ...visibleSnapshot(key), removal: null }
  const after = await context.snapshots.findOneAndUpdate(
    { ...staying, $or: [{ heldUntil: null }, { heldUntil: { $lt: heldUntil } }] },
    { $set: { heldUntil } },
    { returnDocument: 'after' },
  )
  if (after) return toSnapshot(after, now)
  // Held for longer already, or going.
  const document = await findSnapshot(context, key)
  if (document.removal !== null) throw noSnapshot(key)
  return toSnapshot(document, now)
}
