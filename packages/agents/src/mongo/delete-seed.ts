import { setTimeout as delay } from 'node:timers/promises'
import { seedIsLeased } from '../store/refusals.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey } from '../store/seed-record.ts'
import type { MongoContext } from './mongo-context.ts'
import { findSeed, NO_LEASE } from './seed-document.ts'

export async function deleteSeed(
  context: MongoContext,
  key: SeedKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSeedKey(key)
  for (;;) {
    const before = await findSeed(context, key)
    if (before.leaseHolder !== null && !revoke) throw seedIsLeased(key)
    const { matchedCount } = await context.seeds.updateOne(
      { _id: key.seedId, owner: key.owner, fence: before.fence, leaseHolder: before.leaseHolder },
      {
        $set: { ...NO_LEASE, ...(before.deletedAt !== null && { deletedAt: before.deletedAt }) },
        ...(before.deletedAt === null && { $currentDate: { deletedAt: true } }),
      },
    )
    if (matchedCount === 1) return
    await delay(Math.random() * 20) // its lease changed meanwhile
  }
}
