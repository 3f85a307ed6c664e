import { seedIsLeased } from '../store/refusals.ts'
import { checkSeedKey } from '../store/seed-input.ts'
import type { SeedKey } from '../store/seed-record.ts'
import { seedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function purgeSeed(
  { db, shelf }: SqliteContext,
  key: SeedKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSeedKey(key)
  const blobId = await db.write((statements) => {
    const row = seedRow(statements, key)
    if (row.lease_holder !== null && !revoke) throw seedIsLeased(key)
    statements.run('DELETE FROM seeds WHERE id = ?', row.id)
    statements.run('DELETE FROM blobs WHERE id = ?', row.blob_id)
    return row.blob_id
  })
  await shelf.removeFile(blobId)
}
