import { checkSnapshotFilter } from '../store/snapshot-input.ts'
import type { SnapshotFilter, SnapshotRecord } from '../store/snapshot-record.ts'
import { toSnapshot, toSnapshotRow } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function listSnapshots(
  { db }: SqliteContext,
  filter: SnapshotFilter,
): Promise<readonly SnapshotRecord[]> {
  checkSnapshotFilter(filter)
  return db.read(({ all, now }) =>
    all(
      'SELECT * FROM snapshots WHERE owner = ?1 AND (?2 IS NULL OR task_id = ?2) ORDER BY number',
      filter.owner,
      filter.taskId ?? null,
    ).map((row) => toSnapshot(toSnapshotRow(row), now)),
  )
}
