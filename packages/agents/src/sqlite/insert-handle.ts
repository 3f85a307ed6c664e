import type { HandleRecord, NewHandle } from '../store/handle.ts'
import { handleExists, noSeed } from '../store/refusals.ts'
import { checkNewHandle } from '../store/refresh-input.ts'
import { toHandle } from './handle-row.ts'
import { seedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function insertHandle({ db }: SqliteContext, handle: NewHandle): Promise<HandleRecord> {
  checkNewHandle(handle)
  return db.write((statements) => {
    if (seedRow(statements, handle).deleted_at !== null) throw noSeed(handle)
    const row = statements.get(
      `INSERT INTO handles (hash, owner, seed_id, session, revision, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
      handle.hash,
      handle.owner,
      handle.seedId,
      handle.session,
      handle.revision,
      statements.now,
      statements.now + handle.lifetimeMs,
    )
    if (!row) throw handleExists()
    return toHandle(row)
  })
}
