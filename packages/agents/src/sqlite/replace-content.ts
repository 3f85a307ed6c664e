import { attachBlob } from '../store/attach-blob.ts'
import { seedBinding } from '../store/seed-input.ts'
import type { Content, SeedKey, SeedRecord } from '../store/seed-record.ts'
import { seedRow, toSeed, type SeedRow } from './seed-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export interface ContentChange {
  /** The row, if its content may be replaced; asked in the step that replaces it. */
  readonly replaceable: (statements: Statements) => SeedRow
  /** What else changes of the row, as assignments in SQL; `?3` is the store's time. @default nothing */
  readonly also?: string
}

/** Gives a seed new content and the next revision, in one step, and lets go of what it had. */
export async function replaceContent(
  { db, shelf, keys }: SqliteContext,
  key: SeedKey,
  options: { readonly content: Content; readonly signal?: AbortSignal },
  { replaceable, also }: ContentChange,
): Promise<SeedRecord> {
  const { seed, old } = await attachBlob(shelf, keys, seedBinding(key), options, (blob) =>
    db.write((statements) => {
      const before = replaceable(statements)
      attach(statements, blob)
      statements.run(
        `UPDATE seeds SET blob_id = ?1, bytes = ?2, revision = revision + 1, saved_at = ?3
           ${also === undefined ? '' : `, ${also}`}
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
