import type { Lease, LeaseFilter } from '../store/lease.ts'
import { checkSeedFilter } from '../store/seed-input.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toLease } from './seed-document.ts'

export async function listLeases(context: MongoContext, filter: LeaseFilter): Promise<readonly Lease[]> {
  checkSeedFilter(filter)
  const { owner, pool, state } = filter
  // Asked before looking: a lease that is renewed meanwhile must not look expired.
  const now = await serverTime(context)
  const documents = await context.seeds
    .find({ owner, ...(pool !== undefined && { pool }), leaseHolder: { $ne: null } })
    .sort({ leaseSince: 1, _id: 1 })
    .toArray()
  return documents
    .flatMap((document) => toLease(document, now) ?? [])
    .filter((lease) => state === undefined || lease.state === state)
}
