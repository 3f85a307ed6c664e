import type { Lease, LeaseTakeover } from '../store/lease.ts'
import { leaseLost, seedIsLeased } from '../store/refusals.ts'
import { checkTakeover } from '../store/seed-input.ts'
import { sameInstant, serverTime, type MongoContext } from './mongo-context.ts'
import { findSeed, leasedBy, toLease } from './seed-document.ts'

export async function takeOverLease(context: MongoContext, takeover: LeaseTakeover): Promise<Lease> {
  const { fence, holder, worker, leaseMs, revoke = false } = takeover
  checkTakeover(takeover)
  const before = await findSeed(context, takeover)
  if (before.leaseHolder === null || before.fence !== fence) throw leaseLost(takeover, fence)
  if (!revoke && toLease(before, await serverTime(context))?.state === 'held') throw seedIsLeased(takeover)
  const taken = await context.seeds.findOneAndUpdate(
    // What has expired stays so until it is renewed.
    {
      ...leasedBy(takeover, fence),
      ...(!revoke && before.leaseRenewedAt && { leaseRenewedAt: sameInstant(before.leaseRenewedAt) }),
    },
    {
      $set: { leaseHolder: holder, leaseWorker: worker, leaseMs },
      $inc: { fence: 1 },
      $currentDate: { leaseSince: true, leaseRenewedAt: true },
    },
    { returnDocument: 'after' },
  )
  const lease = taken ? toLease(taken, taken.leaseRenewedAt?.getTime() ?? 0) : undefined
  if (lease) return lease
  const now = await findSeed(context, takeover)
  throw now.fence === fence && now.leaseHolder !== null ? seedIsLeased(takeover) : leaseLost(takeover, fence)
}
