import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { seedRow, toSeed } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function restoreSeed({ db }: SqliteContext, key: SeedKey): Promise<SeedRecord> {
  checkSeedKey(key)
  return db.write((statements) => {
    statements.run('UPDATE seeds SET deleted_at = NULL WHERE owner = ? AND id = ?', key.owner, key.seedId)
    return toSeed(seedRow(statements, key), statements.now)
  })
}
