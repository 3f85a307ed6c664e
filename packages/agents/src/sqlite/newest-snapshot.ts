import type { SnapshotRecord } from '../store/snapshot-record.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import { toSnapshot, toSnapshotRow } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function newestSnapshot(
  { db }: SqliteContext,
  key: TaskKey,
): Promise<SnapshotRecord | undefined> {
  checkTaskKey(key)
  return db.read(({ get, now }) => {
    const row = get(
      `SELECT * FROM snapshots WHERE owner = ? AND task_id = ? AND verdict = 'good' ORDER BY number DESC LIMIT 1`,
      key.owner,
      key.taskId,
    )
    return row && toSnapshot(toSnapshotRow(row), now)
  })
}
