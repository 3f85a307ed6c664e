import { checkSeedFilter } from '../store/seed-input.ts'
import type { SeedFilter, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSeed } from './seed-document.ts'

export async function listSeeds(context: MongoContext, filter: SeedFilter): Promise<readonly SeedRecord[]> {
  checkSeedFilter(filter)
  const { owner, pool, agent, deleted = false } = filter
  const documents = await context.seeds
    .find({
      owner,
      ...(pool !== undefined && { pool }),
      ...(agent !== undefined && { agent }),
      deletedAt: deleted ? { $ne: null } : null,
    })
    .sort({ createdAt: 1, _id: 1 })
    .toArray()
  const now = await serverTime(context)
  return documents.map((document) => toSeed(document, now))
}
