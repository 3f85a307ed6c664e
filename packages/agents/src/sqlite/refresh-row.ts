import { refreshLost } from '../store/refusals.ts'
import type { RefreshRow } from '../store/refresh-rules.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import { seedRow, type SeedRow } from './seed-row.ts'
import type { Statements } from './sqlite-database.ts'

/** The part of a seed's row that says how its login stands. */
export function refreshRow(row: SeedRow): RefreshRow {
  return {
    state: row.refresh_state,
    fence: row.refresh_fence,
    holder: row.refresh_holder,
    at: row.refresh_at,
    lockMs: row.refresh_lock_ms,
    notBefore: row.refresh_not_before,
    reason: row.refresh_reason,
    refreshedAt: row.refreshed_at,
  }
}

/** The row, if `held` is its latest claim. @throws StoreError `not-found`, `lease-lost` */
export function refreshingRow(statements: Statements, held: HeldRefresh): SeedRow {
  const row = seedRow(statements, held)
  if (row.refresh_fence !== held.fence) throw refreshLost(held, held.fence)
  return row
}
