import { readSeedContent } from '../store/read-seed-content.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedContent, SeedKey } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSeed, toSeed } from './seed-document.ts'

export async function readSeed(context: MongoContext, key: SeedKey): Promise<SeedContent> {
  checkSeedKey(key)
  return readSeedContent(context.shelf, context.keys, async () => {
    const document = await findSeed(context, key)
    return { seed: toSeed(document, await serverTime(context)), blobId: document.blobId }
  })
}
