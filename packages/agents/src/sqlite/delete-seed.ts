import { seedIsLeased } from '../store/refusals.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey } from '../store/seed-record.ts'
import { seedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function deleteSeed(
  { db }: SqliteContext,
  key: SeedKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSeedKey(key)
  await db.write((statements) => {
    const row = seedRow(statements, key)
    if (row.lease_holder !== null && !revoke) throw seedIsLeased(key)
    statements.run(
      `UPDATE seeds SET deleted_at = coalesce(deleted_at, ?), lease_holder = NULL, lease_worker = NULL, lease_since = NULL, lease_renewed_at = NULL, lease_ms = NULL
       WHERE id = ?`,
      statements.now,
      row.id,
    )
  })
}
