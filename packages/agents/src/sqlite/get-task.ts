import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey, TaskRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { taskRow, toTask } from './task-row.ts'

export async function getTask({ db }: SqliteContext, key: TaskKey): Promise<TaskRecord> {
  checkTaskKey(key)
  return db.read((statements) => toTask(taskRow(statements, key), statements.now))
}
