import { noSnapshot } from '../store/refusals.ts'
import { checkHold } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSnapshot, visibleSnapshot } from './snapshot-document.ts'

/** Takes back a removal that is on its way, or whose process has died: the mark is what removes. */
export async function holdSnapshot(
  context: MongoContext,
  key: SnapshotKey,
  options: { readonly forMs: number },
): Promise<SnapshotRecord> {
  checkHold(key, options)
  const { snapshots } = context
  const now = await serverTime(context)
  const heldUntil = new Date(now + options.forMs)
  const isShorter = { $or: [{ heldUntil: null }, { heldUntil: { $lt: heldUntil } }] }
  const after =
    (await snapshots.findOneAndUpdate(
      { ...visibleSnapshot(key), ...isShorter },
      { $set: { heldUntil, removal: null } },
      { returnDocument: 'after' },
    )) ??
    // Held for longer already.
    (await snapshots.findOneAndUpdate(
      visibleSnapshot(key),
      { $set: { removal: null } },
      { returnDocument: 'after' },
    ))
  if (!after) throw noSnapshot(key)
  return toSnapshot(after, now)
}
