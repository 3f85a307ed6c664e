import { readSnapshotPart } from '../store/read-snapshot-part.ts'
import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotContent, SnapshotKey, SnapshotPart } from '../store/snapshot-record.ts'
import { snapshotRow, toSnapshot } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function readSnapshot(
  { db, shelf, keys }: SqliteContext,
  key: SnapshotKey,
  part: SnapshotPart,
): Promise<SnapshotContent> {
  checkSnapshotKey(key)
  return readSnapshotPart(shelf, keys, part, () =>
    db.read((statements) => {
      const row = snapshotRow(statements, key)
      const blobId = part === 'archive' ? row.archive_id : row.manifest_id
      return { snapshot: toSnapshot(row, statements.now), blobId }
    }),
  )
}
