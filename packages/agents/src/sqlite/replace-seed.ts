import { attachBlob } from '../store/attach-blob.ts'
import { contentMoved } from '../store/refusals.ts'
import { checkReplacement, seedBinding } from '../store/seed-input.ts'
import type { SeedKey, SeedRecord, SeedReplacement } from '../store/seed-record.ts'
import { leasedRow, seedRow, toSeed, type SeedRow } from './seed-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function replaceSeed(
  { db, shelf, keys }: SqliteContext,
  key: SeedKey,
  replacement: SeedReplacement,
): Promise<SeedRecord> {
  checkReplacement(key, replacement)
  // Who has lost already need not write anything.
  await db.read((statements) => replaceable(statements, key, replacement))
  const { seed, old } = await attachBlob(shelf, keys, seedBinding(key), replacement, (blob) =>
    db.write((statements) => {
      const before = replaceable(statements, key, replacement)
      attach(statements, blob)
      statements.run(
        'UPDATE seeds SET blob_id = ?, bytes = ?, revision = revision + 1, saved_at = ? WHERE id = ?',
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

function replaceable(statements: Statements, key: SeedKey, { revision, fence }: SeedReplacement): SeedRow {
  const row = leasedRow(statements, key, fence)
  if (row.revision !== revision) throw contentMoved(key, row.revision, revision)
  return row
}
