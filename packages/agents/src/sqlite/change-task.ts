import { taskAdopted, taskMoved } from '../store/refusals.ts'
import { checkTaskChange } from '../store/task-input.ts'
import type { TaskChange, TaskKey, TaskRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { taskRow, toTask } from './task-row.ts'

export async function changeTask(
  { db }: SqliteContext,
  key: TaskKey,
  change: TaskChange,
): Promise<TaskRecord> {
  const { data } = checkTaskChange(key, change)
  return db.write((statements) => {
    const row = taskRow(statements, key)
    if (row.fence !== change.fence) throw taskAdopted(key)
    if (change.version !== undefined && row.version !== change.version)
      throw taskMoved(key, row.version, change.version)
    statements.run(
      'UPDATE tasks SET data = ?, version = version + 1, updated_at = ? WHERE owner = ? AND id = ?',
      data,
      statements.now,
      key.owner,
      key.taskId,
    )
    return toTask(taskRow(statements, key), statements.now)
  })
}
