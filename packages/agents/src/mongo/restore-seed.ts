import { noSeed } from '../store/refusals.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSeed } from './seed-document.ts'

export async function restoreSeed(context: MongoContext, key: SeedKey): Promise<SeedRecord> {
  checkSeedKey(key)
  const after = await context.seeds.findOneAndUpdate(
    { _id: key.seedId, owner: key.owner },
    { $set: { deletedAt: null } },
    { returnDocument: 'after' },
  )
  if (!after) throw noSeed(key)
  return toSeed(after, await serverTime(context))
}
