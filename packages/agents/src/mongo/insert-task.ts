import { orchestratorGone, taskExists } from '../store/refusals.ts'
import { checkNewTask } from '../store/task-input.ts'
import type { NewTask, TaskRecord } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { TaskDocument } from './mongo-documents.ts'
import { isDuplicate } from './mongo-errors.ts'
import { isGone, taskIdOf, toTask } from './task-document.ts'

export async function insertTask(context: MongoContext, task: NewTask): Promise<TaskRecord> {
  const { data } = checkNewTask(task)
  const { owner, taskId, orchestrator } = task
  const driver = await context.orchestrators.findOne({ _id: orchestrator })
  const now = await serverTime(context)
  if (isGone(driver, now)) throw orchestratorGone(orchestrator)
  const at = new Date(now)
  const document: TaskDocument = {
    _id: taskIdOf(task),
    owner,
    taskId,
    orchestrator,
    fence: 1,
    version: 1,
    data,
    createdAt: at,
    updatedAt: at,
  }
  try {
    await context.tasks.insertOne(document)
  } catch (error) {
    if (isDuplicate(error)) throw taskExists(task)
    throw error
  }
  return toTask(document, driver, now)
}
