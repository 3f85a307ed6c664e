import { attachBlob } from '../store/attach-blob.ts'
import { contentMoved, seedIsLeased } from '../store/refusals.ts'
import { checkLoginReplacement } from '../store/refresh-input.ts'
import type { LoginReplacement } from '../store/refresh.ts'
import { seedBinding } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { seedRow, toSeed, type SeedRow } from './seed-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function replaceLogin(
  { db, shelf, keys }: SqliteContext,
  key: SeedKey,
  replacement: LoginReplacement,
): Promise<SeedRecord> {
  checkLoginReplacement(key, replacement)
  const { revision } = replacement
  await db.read((statements) => replaceable(statements, key, revision))
  const { seed, old } = await attachBlob(shelf, keys, seedBinding(key), replacement, (blob) =>
    db.write((statements) => {
      const before = replaceable(statements, key, revision)
      attach(statements, blob)
      statements.run(
        `UPDATE seeds SET blob_id = ?1, bytes = ?2, revision = revision + 1, saved_at = ?3, refreshed_at = ?3,
           status = 'alive', refresh_state = 'idle', refresh_fence = refresh_fence + 1, refresh_holder = NULL,
           refresh_reason = NULL, refresh_not_before = NULL
         WHERE id = ?4`,
        blob.blobId,
        blob.bytes,
        statements.now,
        before.id,
      )
      statements.run('DELETE FROM blobs WHERE id = ?', before.blob_id)
      return { seed: toSeed(seedRow(statements, key), statements.now), old: before.blob_id }
    }),
  )
  await shelf.removeFile(old).catch(() => undefined) // without its row it can't be read, and is swept
  return seed
}

function replaceable(statements: Statements, key: SeedKey, revision: number): SeedRow {
  const row = seedRow(statements, key)
  if (row.lease_holder !== null) throw seedIsLeased(key)
  if (row.revision !== revision) throw contentMoved(key, row.revision, revision)
  return row
}
