import { snapshotIsNeeded } from '../store/refusals.ts'
import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotKey } from '../store/snapshot-record.ts'
import { findSnapshotRow } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function deleteSnapshot(
  { db, shelf }: SqliteContext,
  key: SnapshotKey,
  options: { readonly revoke?: boolean } = {},
): Promise<void> {
  const { revoke = false } = options
  checkSnapshotKey(key)
  const blobIds = await db.write((statements) => {
    const { get, run, now } = statements
    const row = findSnapshotRow(statements, key)
    if (!row) return []
    const isBase = get('SELECT 1 FROM snapshots WHERE base_id = ?', row.id) !== undefined
    if (isBase || (!revoke && (row.held_until ?? 0) > now)) throw snapshotIsNeeded(key)
    run('DELETE FROM snapshots WHERE number = ?', row.number)
    run('DELETE FROM blobs WHERE id IN (?, ?)', row.archive_id, row.manifest_id)
    return [row.archive_id, row.manifest_id]
  })
  for (const blobId of blobIds) await shelf.removeFile(blobId)
}
