import type { Lease, LeaseTakeover } from '../store/lease.ts'
import { leaseLost, seedIsLeased } from '../store/refusals.ts'
import { checkTakeover } from '../store/seed-input.ts'
import { leasedRow, toLease, toSeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function takeOverLease({ db }: SqliteContext, takeover: LeaseTakeover): Promise<Lease> {
  const { revoke = false } = takeover
  checkTakeover(takeover)
  return db.write((statements) => {
    const { get, now } = statements
    const before = toLease(leasedRow(statements, takeover, takeover.fence), now)
    if (before?.state === 'held' && !revoke) throw seedIsLeased(takeover)
    const row = get(
      `UPDATE seeds SET fence = fence + 1, lease_since = ?1, lease_renewed_at = ?1, lease_holder = ?2,
         lease_worker = ?3, lease_ms = ?4
       WHERE id = ?5 RETURNING *`,
      now,
      takeover.holder,
      takeover.worker,
      takeover.leaseMs,
      takeover.seedId,
    )
    const lease = row && toLease(toSeedRow(row), now)
    if (!lease) throw leaseLost(takeover, takeover.fence)
    return lease
  })
}
