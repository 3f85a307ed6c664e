import { taskAdopted, taskMoved } from '../store/refusals.ts'
import { checkTaskChange } from '../store/task-input.ts'
import type { TaskChange, TaskKey, TaskRecord } from '../store/task-record.ts'
import type { MongoContext } from './mongo-context.ts'
import { findTask, readTask, taskIdOf } from './task-document.ts'

export async function changeTask(
  context: MongoContext,
  key: TaskKey,
  change: TaskChange,
): Promise<TaskRecord> {
  const { data } = checkTaskChange(key, change)
  const { fence, version } = change
  const after = await context.tasks.findOneAndUpdate(
    { _id: taskIdOf(key), fence, ...(version !== undefined && { version }) },
    { $set: { data }, $inc: { version: 1 }, $currentDate: { updatedAt: true } },
    { returnDocument: 'after' },
  )
  if (after) return readTask(context, after)
  const now = await findTask(context, key)
  throw now.fence === fence ? taskMoved(key, now.version, version ?? now.version) : taskAdopted(key)
}
