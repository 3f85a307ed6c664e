import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSeed, toSeed } from './seed-document.ts'

export async function getSeed(context: MongoContext, key: SeedKey): Promise<SeedRecord> {
  checkSeedKey(key)
  const document = await findSeed(context, key)
  return toSeed(document, await serverTime(context))
}
