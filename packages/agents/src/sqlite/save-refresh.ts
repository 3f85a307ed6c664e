import { refreshLost } from '../store/refusals.ts'
import { checkHeldRefresh } from '../store/refresh-input.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import type { Content, SeedRecord } from '../store/seed-record.ts'
import { refreshingRow } from './refresh-row.ts'
import { replaceContent } from './replace-content.ts'
import { toSeed, type SeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function saveRefresh(
  context: SqliteContext,
  held: HeldRefresh,
  options: { readonly content: Content; readonly signal?: AbortSignal },
): Promise<SeedRecord> {
  checkHeldRefresh(held)
  const saved = await context.db.read((statements) => {
    const row = refreshingRow(statements, held)
    return isSaved(row, held) ? toSeed(row, statements.now) : undefined
  })
  if (saved) return saved
  return replaceContent(context, held, options, {
    replaceable: (statements) => savable(statements, held),
    also: `refreshed_at = ?3, refresh_state = 'idle', refresh_holder = NULL, refresh_reason = NULL`,
  })
}

function savable(statements: Statements, held: HeldRefresh): SeedRow {
  const row = refreshingRow(statements, held)
  const wasSent = row.refresh_state === 'sent' || row.refresh_state === 'unknown'
  if (!wasSent || row.revision !== held.revision) throw refreshLost(held, held.fence)
  return row
}

/** Nobody but the holder can have saved under its number. */
function isSaved(row: SeedRow, held: HeldRefresh): boolean {
  return row.refresh_state === 'idle' && row.revision === held.revision + 1
}
