import { noSeed, seedIsLeased } from '../store/refusals.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey } from '../store/seed-record.ts'
import type { MongoContext } from './mongo-context.ts'
import { findSeed } from './seed-document.ts'

export async function purgeSeed(
  context: MongoContext,
  key: SeedKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSeedKey(key)
  const { owner, seedId } = key
  const removed = await context.seeds.findOneAndDelete({
    _id: seedId,
    owner,
    ...(!revoke && { leaseHolder: null }),
  })
  if (!removed) {
    await findSeed(context, key)
    throw revoke ? noSeed(key) : seedIsLeased(key)
  }
  await context.handles.deleteMany({ owner, seedId })
  await context.shelf.remove(removed.blobId)
}
