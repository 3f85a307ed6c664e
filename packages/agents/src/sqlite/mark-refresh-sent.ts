import { refreshLost } from '../store/refusals.ts'
import { checkHeldRefresh } from '../store/refresh-input.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import { refreshingRow } from './refresh-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function markRefreshSent({ db }: SqliteContext, held: HeldRefresh): Promise<void> {
  checkHeldRefresh(held)
  await db.write((statements) => {
    const row = refreshingRow(statements, held)
    const isOurs = row.refresh_state === 'claimed' || row.refresh_state === 'sent'
    if (!isOurs || row.lease_holder !== null || row.revision !== held.revision)
      throw refreshLost(held, held.fence)
    const sql = `UPDATE seeds SET refresh_state = 'sent', refresh_at = ? WHERE id = ?`
    statements.run(sql, statements.now, row.id)
  })
}
