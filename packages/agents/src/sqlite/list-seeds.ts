import { checkSeedFilter } from '../store/seed-input.ts'
import type { SeedFilter, SeedRecord } from '../store/seed-record.ts'
import { toSeed, toSeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function listSeeds({ db }: SqliteContext, filter: SeedFilter): Promise<readonly SeedRecord[]> {
  checkSeedFilter(filter)
  const { owner, pool = null, agent = null, deleted = false } = filter
  return db.read(({ all, now }) =>
    all(
      `SELECT * FROM seeds
       WHERE owner = ?1 AND (?2 IS NULL OR pool = ?2) AND (?3 IS NULL OR agent = ?3)
         AND (deleted_at IS NOT NULL) = ?4
       ORDER BY created_at, id`,
      owner,
      pool,
      agent,
      deleted ? 1 : 0,
    ).map((row) => toSeed(toSeedRow(row), now)),
  )
}
