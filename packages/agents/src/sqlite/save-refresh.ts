import { attachBlob } from '../store/attach-blob.ts'
import { refreshLost } from '../store/refusals.ts'
import { checkHeldRefresh } from '../store/refresh-input.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import { seedBinding } from '../store/seed-input.ts'
import type { Content, SeedRecord } from '../store/seed-record.ts'
import { refreshingRow } from './refresh-row.ts'
import { seedRow, toSeed, type SeedRow } from './seed-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function saveRefresh(
  { db, shelf, keys }: SqliteContext,
  held: HeldRefresh,
  options: { readonly content: Content; readonly signal?: AbortSignal },
): Promise<SeedRecord> {
  checkHeldRefresh(held)
  const saved = await db.read((statements) => {
    const row = refreshingRow(statements, held)
    return isSaved(row, held) ? toSeed(row, statements.now) : undefined
  })
  if (saved) return saved
  const { seed, old } = await attachBlob(shelf, keys, seedBinding(held), options, (blob) =>
    db.write((statements) => {
      const before = savable(statements, held)
      attach(statements, blob)
      statements.run(
        `UPDATE seeds SET blob_id = ?1, bytes = ?2, revision = revision + 1, saved_at = ?3, refreshed_at = ?3,
           refresh_state = 'idle', refresh_holder = NULL, refresh_reason = NULL
         WHERE id = ?4`,
        blob.blobId,
        blob.bytes,
        statements.now,
        before.id,
      )
      statements.run('DELETE FROM blobs WHERE id = ?', before.blob_id)
      return { seed: toSeed(seedRow(statements, held), statements.now), old: before.blob_id }
    }),
  )
  await shelf.removeFile(old).catch(() => undefined) // without its row it can't be read, and is swept
  return seed
}

function savable(statements: Statements, held: HeldRefresh): SeedRow {
  const row = refreshingRow(statements, held)
  const wasSent = row.refresh_state === 'sent' || row.refresh_state === 'unknown'
  if (!wasSent || row.revision !== held.revision) throw refreshLost(held, held.fence)
  return row
}

/** Nobody but the holder can have saved under its number. */
function isSaved(row: SeedRow, held: HeldRefresh): boolean {
  return row.refresh_state === 'idle' && row.revision === held.revision + 1
}
