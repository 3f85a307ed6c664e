import type { HeldLease } from '../store/lease.ts'
import { checkHeldLease } from '../store/seed-input.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function releaseLease({ db }: SqliteContext, held: HeldLease): Promise<boolean> {
  checkHeldLease(held)
  return db.write(({ run }) => {
    const sql = `UPDATE seeds SET lease_holder = NULL, lease_worker = NULL, lease_since = NULL,
        lease_renewed_at = NULL, lease_ms = NULL
      WHERE owner = ? AND id = ? AND fence = ? AND lease_holder IS NOT NULL`
    return run(sql, held.owner, held.seedId, held.fence) === 1
  })
}
