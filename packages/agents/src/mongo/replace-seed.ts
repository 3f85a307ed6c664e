import { attachBlob } from '../store/attach-blob.ts'
import { contentMoved, leaseLost } from '../store/refusals.ts'
import { checkReplacement, seedBinding } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord, SeedReplacement } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { SeedDocument } from './mongo-documents.ts'
import { guarded } from './mongo-errors.ts'
import { findSeed, leasedBy, toSeed } from './seed-document.ts'

export async function replaceSeed(
  context: MongoContext,
  key: SeedKey,
  replacement: SeedReplacement,
): Promise<SeedRecord> {
  checkReplacement(key, replacement)
  const { shelf, keys, seeds } = context
  const { revision, fence } = replacement
  // Who has lost already need not write anything.
  const before = await replaceable(context, key, replacement)
  const document = await attachBlob(shelf, keys, seedBinding(key), replacement, ({ blobId, bytes }) =>
    guarded(async () => {
      await shelf.touch(blobId)
      const after = await seeds.findOneAndUpdate(
        { ...leasedBy(key, fence), revision },
        { $set: { blobId, bytes }, $inc: { revision: 1 }, $currentDate: { savedAt: true } },
        { returnDocument: 'after' },
      )
      if (after) return after
      await replaceable(context, key, replacement)
      throw contentMoved(key, revision, revision)
    }),
  )
  await shelf.remove(before.blobId).catch(() => undefined) // no record names it, so it is swept
  return toSeed(document, await serverTime(context))
}

async function replaceable(
  context: MongoContext,
  key: SeedKey,
  { revision, fence }: SeedReplacement,
): Promise<SeedDocument> {
  const document = await findSeed(context, key)
  if (document.leaseHolder === null || document.fence !== fence) throw leaseLost(key, fence)
  if (document.revision !== revision) throw contentMoved(key, document.revision, revision)
  return document
}
