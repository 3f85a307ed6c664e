import { checkHeldRefresh, checkRefreshOutcome } from '../store/refresh-input.ts'
import type { HeldRefresh, RefreshOutcome } from '../store/refresh.ts'
import type { SeedRecord } from '../store/seed-record.ts'
import { refreshingRow } from './refresh-row.ts'
import { seedRow, toSeed } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function settleRefresh(
  { db }: SqliteContext,
  held: HeldRefresh,
  outcome: RefreshOutcome,
): Promise<SeedRecord> {
  checkHeldRefresh(held)
  checkRefreshOutcome(outcome)
  return db.write((statements) => {
    const row = refreshingRow(statements, held)
    if (row.refresh_state === 'idle') return toSeed(row, statements.now)
    const isUnknown = outcome.type === 'unknown'
    const wait = outcome.type === 'untouched' ? outcome.retryAfterMs : undefined
    statements.run(
      `UPDATE seeds SET refresh_state = ?, refresh_reason = ?, refresh_not_before = ?, status = ?,
         refresh_holder = CASE WHEN ? THEN refresh_holder END
       WHERE id = ?`,
      isUnknown ? 'unknown' : 'idle',
      outcome.reason ?? null,
      wait === undefined ? null : statements.now + wait,
      outcome.type === 'dead' ? 'dead' : row.status,
      isUnknown ? 1 : 0,
      row.id,
    )
    return toSeed(seedRow(statements, held), statements.now)
  })
}
