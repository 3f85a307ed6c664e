import type { HeldLease } from '../store/lease.ts'
import { checkHeldLease } from '../store/seed-input.ts'
import type { MongoContext } from './mongo-context.ts'
import { leasedBy, NO_LEASE } from './seed-document.ts'

export async function releaseLease({ seeds }: MongoContext, held: HeldLease): Promise<boolean> {
  checkHeldLease(held)
  const { matchedCount } = await seeds.updateOne(leasedBy(held, held.fence), { $set: NO_LEASE })
  return matchedCount === 1
}
