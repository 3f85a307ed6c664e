import { contentMoved, seedIsLeased } from '../store/refusals.ts'
import { checkLoginReplacement } from '../store/refresh-input.ts'
import type { LoginReplacement } from '../store/refresh.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { replaceContent } from './replace-content.ts'
import { seedRow, type SeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function replaceLogin(
  context: SqliteContext,
  key: SeedKey,
  replacement: LoginReplacement,
): Promise<SeedRecord> {
  checkLoginReplacement(key, replacement)
  const { revision } = replacement
  await context.db.read((statements) => replaceable(statements, key, revision))
  return replaceContent(context, key, replacement, {
    replaceable: (statements) => replaceable(statements, key, revision),
    also: `refreshed_at = ?3, status = 'alive', refresh_state = 'idle', refresh_fence = refresh_fence + 1,
           refresh_holder = NULL, refresh_reason = NULL, refresh_not_before = NULL`,
  })
}

function replaceable(statements: Statements, key: SeedKey, revision: number): SeedRow {
  const row = seedRow(statements, key)
  if (row.lease_holder !== null) throw seedIsLeased(key)
  if (row.revision !== revision) throw contentMoved(key, row.revision, revision)
  return row
}
