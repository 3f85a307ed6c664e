import { attachBlob } from '../store/attach-blob.ts'
import { checkNewSeed, newId, seedBinding } from '../store/seed-input.ts'
import type { NewSeed, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { SeedDocument } from './mongo-documents.ts'
import { guarded } from './mongo-errors.ts'
import { NEVER_REFRESHED } from './refresh-document.ts'
import { NO_LEASE, toSeed } from './seed-document.ts'

export async function insertSeed(context: MongoContext, seed: NewSeed): Promise<SeedRecord> {
  const { shelf, keys, seeds } = context
  const { manifestVersion, metadata } = checkNewSeed(seed)
  const key = { owner: seed.owner, seedId: newId() }
  return attachBlob(shelf, keys, seedBinding(key), seed, ({ blobId, bytes }) =>
    guarded(async () => {
      const now = await serverTime(context)
      const document: SeedDocument = {
        _id: key.seedId,
        owner: key.owner,
        name: seed.name,
        agent: seed.agent,
        manifestVersion,
        pool: seed.pool ?? null,
        status: 'alive',
        metadata,
        revision: 1,
        blobId,
        bytes,
        createdAt: new Date(now),
        savedAt: new Date(now),
        leasedAt: null,
        deletedAt: null,
        fence: 0,
        ...NO_LEASE,
        ...NEVER_REFRESHED,
      }
      await shelf.touch(blobId)
      await seeds.insertOne(document)
      return toSeed(document, now)
    }),
  )
}
