import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey, TaskRecord } from '../store/task-record.ts'
import type { MongoContext } from './mongo-context.ts'
import { findTask, readTask } from './task-document.ts'

export async function getTask(context: MongoContext, key: TaskKey): Promise<TaskRecord> {
  checkTaskKey(key)
  return readTask(context, await findTask(context, key))
}
