import { attachBlob } from '../store/attach-blob.ts'
import { contentMoved, seedIsLeased } from '../store/refusals.ts'
import { checkLoginReplacement } from '../store/refresh-input.ts'
import type { LoginReplacement } from '../store/refresh.ts'
import { seedBinding } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { SeedDocument } from './mongo-documents.ts'
import { guarded } from './mongo-errors.ts'
import { findSeed, toSeed } from './seed-document.ts'

export async function replaceLogin(
  context: MongoContext,
  key: SeedKey,
  replacement: LoginReplacement,
): Promise<SeedRecord> {
  checkLoginReplacement(key, replacement)
  const { shelf, keys, seeds } = context
  const { revision } = replacement
  const before = await replaceable(context, key, revision)
  const document = await attachBlob(shelf, keys, seedBinding(key), replacement, ({ blobId, bytes }) =>
    guarded(async () => {
      await shelf.touch(blobId)
      const after = await seeds.findOneAndUpdate(
        { _id: key.seedId, owner: key.owner, revision, leaseHolder: null },
        {
          $set: {
            blobId,
            bytes,
            status: 'alive',
            refreshState: 'idle',
            refreshHolder: null,
            refreshReason: null,
            refreshNotBefore: null,
          },
          $inc: { revision: 1, refreshFence: 1 },
          $currentDate: { savedAt: true, refreshedAt: true },
        },
        { returnDocument: 'after' },
      )
      if (after) return after
      await replaceable(context, key, revision)
      throw contentMoved(key, revision, revision)
    }),
  )
  await shelf.remove(before.blobId).catch(() => undefined) // no record names it, so it is swept
  return toSeed(document, await serverTime(context))
}

async function replaceable(context: MongoContext, key: SeedKey, revision: number): Promise<SeedDocument> {
  const document = await findSeed(context, key)
  if (document.leaseHolder !== null) throw seedIsLeased(key)
  if (document.revision !== revision) throw contentMoved(key, document.revision, revision)
  return document
}
