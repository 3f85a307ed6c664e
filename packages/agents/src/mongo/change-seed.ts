import { setTimeout as delay } from 'node:timers/promises'
import { leaseLost } from '../store/refusals.ts'
import { checkSeedChange, mergeMetadata } from '../store/seed-input.ts'
import type { SeedChange, SeedKey, SeedRecord } from '../store/seed-record.ts'
import { StoreError } from '../store/store-error.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSeed, leasedBy, toSeed } from './seed-document.ts'

/** Each try that fails means that somebody else's change has succeeded. */
const TRIES = 100

export async function changeSeed(
  context: MongoContext,
  key: SeedKey,
  change: SeedChange,
  options: { readonly fence?: number } = {},
): Promise<SeedRecord> {
  const { fence } = options
  checkSeedChange(key, change, fence)
  const { name, pool, status } = change
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await findSeed(context, key)
    if (fence !== undefined && (before.leaseHolder === null || before.fence !== fence))
      throw leaseLost(key, fence)
    const filter = fence === undefined ? { _id: key.seedId, owner: key.owner } : leasedBy(key, fence)
    // The metadata is one text, so whoever changes a key of it must have seen the others.
    const after = await context.seeds.findOneAndUpdate(
      { ...filter, metadata: before.metadata },
      {
        $set: {
          metadata: mergeMetadata(before.metadata, change.metadata),
          ...(name !== undefined && { name }),
          ...(pool !== undefined && { pool }),
          ...(status !== undefined && { status }),
        },
      },
      { returnDocument: 'after' },
    )
    if (after) return toSeed(after, await serverTime(context))
    await delay(Math.random() * 20)
  }
  throw new StoreError('busy', `others change seed ${key.seedId} all the time`)
}
