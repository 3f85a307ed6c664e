import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { seedRow, toSeed } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function getSeed({ db }: SqliteContext, key: SeedKey): Promise<SeedRecord> {
  checkSeedKey(key)
  return db.read((statements) => toSeed(seedRow(statements, key), statements.now))
}
