import { readSeedContent } from '../store/read-seed-content.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedContent, SeedKey } from '../store/seed-record.ts'
import { seedRow, toSeed } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function readSeed({ db, shelf, keys }: SqliteContext, key: SeedKey): Promise<SeedContent> {
  checkSeedKey(key)
  return readSeedContent(shelf, keys, () =>
    db.read((statements) => {
      const row = seedRow(statements, key)
      return { seed: toSeed(row, statements.now), blobId: row.blob_id }
    }),
  )
}
