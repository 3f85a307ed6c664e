import { checkSeedChange, mergeMetadata } from '../store/seed-input.ts'
import type { SeedChange, SeedKey, SeedRecord } from '../store/seed-record.ts'
import { leasedRow, seedRow, toSeed } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function changeSeed(
  { db }: SqliteContext,
  key: SeedKey,
  change: SeedChange,
  options: { readonly fence?: number } = {},
): Promise<SeedRecord> {
  const { fence } = options
  checkSeedChange(key, change, fence)
  return db.write((statements) => {
    const row = fence === undefined ? seedRow(statements, key) : leasedRow(statements, key, fence)
    statements.run(
      'UPDATE seeds SET name = ?, pool = ?, status = ?, metadata = ? WHERE id = ?',
      change.name ?? row.name,
      change.pool === undefined ? row.pool : change.pool,
      change.status ?? row.status,
      mergeMetadata(row.metadata, change.metadata),
      row.id,
    )
    return toSeed(seedRow(statements, key), statements.now)
  })
}
