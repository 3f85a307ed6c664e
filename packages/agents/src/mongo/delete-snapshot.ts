import { setTimeout as delay } from 'node:timers/promises'
import { snapshotIsNeeded } from '../store/refusals.ts'
import { newId } from '../store/seed-input.ts'
import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotKey } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { visibleSnapshot } from './snapshot-document.ts'

/**
 * Says first that it is going, so that nothing new is laid over it, then looks for what already is. Of several that
 * delete, the last to say so decides; one that dies on the way leaves a snapshot that is as it was, but takes no
 * increment before somebody has held it.
 */
export async function deleteSnapshot(
  context: MongoContext,
  key: SnapshotKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSnapshotKey(key)
  const { snapshots, shelf } = context
  for (;;) {
    const removal = newId()
    const now = new Date(await serverTime(context))
    const going = await snapshots.findOneAndUpdate(
      {
        ...visibleSnapshot(key),
        ...(!revoke && { $or: [{ heldUntil: null }, { heldUntil: { $lte: now } }] }),
      },
      { $set: { removal } },
    )
    if (!going) {
      if (await snapshots.findOne(visibleSnapshot(key))) throw snapshotIsNeeded(key)
      return
    }
    if (await snapshots.findOne({ baseId: key.snapshotId }, { projection: { _id: 1 } })) {
      await snapshots.updateOne({ _id: key.snapshotId, removal }, { $set: { removal: null } })
      throw snapshotIsNeeded(key)
    }
    const { deletedCount } = await snapshots.deleteOne({ _id: key.snapshotId, removal })
    if (deletedCount === 1) {
      await shelf.remove(going.archiveId)
      return shelf.remove(going.manifestId)
    }
    await delay(Math.random() * 20) // another one deletes it, too
  }
}
