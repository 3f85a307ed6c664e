import { attachBlob } from '../store/attach-blob.ts'
import { refreshLost } from '../store/refusals.ts'
import { checkHeldRefresh } from '../store/refresh-input.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import { seedBinding } from '../store/seed-input.ts'
import type { Content, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { guarded } from './mongo-errors.ts'
import { refreshedBy, refreshingSeed } from './refresh-document.ts'
import { toSeed } from './seed-document.ts'

export async function saveRefresh(
  context: MongoContext,
  held: HeldRefresh,
  options: { readonly content: Content; readonly signal?: AbortSignal },
): Promise<SeedRecord> {
  checkHeldRefresh(held)
  const { shelf, keys, seeds } = context
  const { revision } = held
  const before = await refreshingSeed(context, held)
  // Nobody but the holder can have saved under its number.
  if (before.refreshState === 'idle' && before.revision === revision + 1)
    return toSeed(before, await serverTime(context))
  const document = await attachBlob(shelf, keys, seedBinding(held), options, ({ blobId, bytes }) =>
    guarded(async () => {
      await shelf.touch(blobId)
      const after = await seeds.findOneAndUpdate(
        { ...refreshedBy(held), revision, refreshState: { $in: ['sent', 'unknown'] } },
        {
          $set: { blobId, bytes, refreshState: 'idle', refreshHolder: null, refreshReason: null },
          $inc: { revision: 1 },
          $currentDate: { savedAt: true, refreshedAt: true },
        },
        { returnDocument: 'after' },
      )
      if (after) return after
      await refreshingSeed(context, held)
      throw refreshLost(held, held.fence)
    }),
  )
  await shelf.remove(before.blobId).catch(() => undefined) // no record names it, so it is swept
  return toSeed(document, await serverTime(context))
}
