import { checkMs } from '../store/check.ts'
import type { HeldLease, Lease } from '../store/lease.ts'
import { leaseLost } from '../store/refusals.ts'
import { checkHeldLease } from '../store/seed-input.ts'
import { toLease, toSeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function renewLease(
  { db }: SqliteContext,
  held: HeldLease,
  options: { readonly leaseMs?: number } = {},
): Promise<Lease> {
  const { leaseMs } = options
  checkHeldLease(held)
  if (leaseMs !== undefined) checkMs('leaseMs', leaseMs)
  return db.write(({ get, now }) => {
    const row = get(
      `UPDATE seeds SET lease_renewed_at = ?, lease_ms = coalesce(?, lease_ms)
       WHERE owner = ? AND id = ? AND fence = ? AND lease_holder IS NOT NULL RETURNING *`,
      now,
      leaseMs ?? null,
      held.owner,
      held.seedId,
      held.fence,
    )
    const lease = row && toLease(toSeedRow(row), now)
    if (!lease) throw leaseLost(held, held.fence)
    return lease
  })
}
