import { checkMs } from '../store/check.ts'
import type { HeldLease, Lease } from '../store/lease.ts'
import { leaseLost } from '../store/refusals.ts'
import { checkHeldLease } from '../store/seed-input.ts'
import type { MongoContext } from './mongo-context.ts'
import { leasedBy, toLease } from './seed-document.ts'

export async function renewLease(
  { seeds }: MongoContext,
  held: HeldLease,
  options: { readonly leaseMs?: number } = {},
): Promise<Lease> {
  const { leaseMs } = options
  checkHeldLease(held)
  if (leaseMs !== undefined) checkMs('leaseMs', leaseMs)
  const renewed = await seeds.findOneAndUpdate(
    leasedBy(held, held.fence),
    { $currentDate: { leaseRenewedAt: true }, ...(leaseMs !== undefined && { $set: { leaseMs } }) },
    { returnDocument: 'after' },
  )
  const lease = renewed ? toLease(renewed, renewed.leaseRenewedAt?.getTime() ?? 0) : undefined
  if (!lease) throw leaseLost(held, held.fence)
  return lease
}
