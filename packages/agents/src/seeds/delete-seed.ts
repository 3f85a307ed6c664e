import type { Lease } from '../store/lease.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { SeedError } from './seed-error.ts'

/** `revoke` takes it from whoever uses it, too. */
export interface RemoveOptions {
  /** @default false */
  readonly revoke?: boolean
}

/**
 * Deletes a seed, or purges it, unless somebody uses it.
 * @throws SeedError `in-use`, which says who, since when and on which worker
 */
export async function removeSeed(
  store: Store,
  how: 'delete' | 'purge',
  key: SeedKey,
  { revoke = false }: RemoveOptions = {},
): Promise<void> {
  await endSessions(store, key, revoke)
  for (;;) {
    try {
      await store.seeds[how](key, { revoke })
      return
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'leased') throw error
      const seed = await store.seeds.get(key)
      // Given back meanwhile: then nothing stands in the way any more.
      if (seed.lease) throw inUse(seed, seed.lease, error)
    }
  }
}

/** Those that have its login through the broker. */
async function endSessions(store: Store, { owner, seedId }: SeedKey, revoke: boolean): Promise<void> {
  if (revoke) {
    await store.handles.revoke({ owner, seedId })
    return
  }
  const [first, ...others] = await store.handles.list({ owner, seedId })
  if (!first) return
  const { name } = await store.seeds.get({ owner, seedId })
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  const since = new Date(first.createdAt).toISOString()
  throw new SeedError(
    'in-use',
    `the seed ${JSON.stringify(name)} is used by ${first.session}${more}, since ${since}`,
  )
}

/** Says who keeps it, since when and on which worker. */
export function inUse({ name }: SeedRecord, lease: Lease, cause: unknown): SeedError {
  const { holder, worker, since, state } = lease
  const where = `by ${holder} on ${worker}, since ${new Date(since).toISOString()}`
  const how = state === 'held' ? 'is used' : 'was used, and not given back,'
  return new SeedError('in-use', `the seed ${JSON.stringify(name)} ${how} ${where}`, { lease, cause })
}
