import { orchestratorGone, taskAdopted, taskIsDriven } from '../store/refusals.ts'
import { checkAdoption } from '../store/task-input.ts'
import type { TaskKey, TaskRecord } from '../store/task-record.ts'
import { raiseFence } from './journal-document.ts'
import { sameInstant, serverTime, type MongoContext } from './mongo-context.ts'
import { findTask, isGone, readTask, taskIdOf } from './task-document.ts'

export async function adoptTask(
  context: MongoContext,
  key: TaskKey,
  adoption: { readonly orchestrator: string; readonly fence: number },
): Promise<TaskRecord> {
  checkAdoption(key, adoption)
  const { orchestrator, fence } = adoption
  const before = await findTask(context, key)
  if (before.fence !== fence) throw taskAdopted(key)
  const adopter = await context.orchestrators.findOne({ _id: orchestrator })
  if (isGone(adopter, await serverTime(context))) throw orchestratorGone(orchestrator)
  if (!(await ended(context, before.orchestrator))) throw taskIsDriven(key)
  const after = await context.tasks.findOneAndUpdate(
    { _id: taskIdOf(key), fence },
    { $set: { orchestrator }, $inc: { fence: 1, version: 1 }, $currentDate: { updatedAt: true } },
    { returnDocument: 'after' },
  )
  if (!after) throw taskAdopted(key)
  // What the earlier driver is still storing must not appear once this has returned.
  await context.snapshots.deleteMany({
    owner: key.owner,
    taskId: key.taskId,
    state: 'pending',
    fence: { $lt: after.fence },
  })
  await raiseFence(context, key, after.fence)
  return readTask(context, after)
}

/** True when it is gone, and from then on for good: a beat that comes now is refused. */
async function ended(context: MongoContext, id: string): Promise<boolean> {
  const driver = await context.orchestrators.findOne({ _id: id })
  if (!driver || driver.gone) return true
  if (!isGone(driver, await serverTime(context))) return false
  const { matchedCount } = await context.orchestrators.updateOne(
    { _id: id, beatAt: sameInstant(driver.beatAt) },
    { $set: { gone: true } },
  )
  return matchedCount === 1
}
