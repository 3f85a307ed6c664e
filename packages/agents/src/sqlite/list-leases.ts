import type { Lease, LeaseFilter } from '../store/lease.ts'
import { checkSeedFilter } from '../store/seed-input.ts'
import { toLease, toSeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function listLeases({ db }: SqliteContext, filter: LeaseFilter): Promise<readonly Lease[]> {
  checkSeedFilter(filter)
  const { owner, pool = null, state } = filter
  return db.read(({ all, now }) =>
    all(
      `SELECT * FROM seeds WHERE owner = ?1 AND (?2 IS NULL OR pool = ?2) AND lease_holder IS NOT NULL
       ORDER BY lease_since, id`,
      owner,
      pool,
    )
      .flatMap((row) => toLease(toSeedRow(row), now) ?? [])
      .filter((lease) => state === undefined || lease.state === state),
  )
}
