import { checkCount } from '../store/check.ts'
import { taskAdopted } from '../store/refusals.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import type { MongoContext } from './mongo-context.ts'
import { taskIdOf } from './task-document.ts'

export async function deleteTask(
  { tasks, runs, entries }: MongoContext,
  key: TaskKey,
  { fence }: { readonly fence: number },
): Promise<void> {
  checkTaskKey(key)
  checkCount('fence', fence)
  const { owner, taskId } = key
  const { deletedCount } = await tasks.deleteOne({ _id: taskIdOf(key), fence })
  if (deletedCount === 0 && (await tasks.findOne({ _id: taskIdOf(key) }))) throw taskAdopted(key)
  await runs.deleteMany({ owner, taskId })
  await entries.deleteMany({ owner, taskId })
}
