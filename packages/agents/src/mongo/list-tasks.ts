import { checkTaskFilter } from '../store/task-input.ts'
import type { TaskFilter, TaskRecord } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toTask } from './task-document.ts'

export async function listTasks(
  context: MongoContext,
  filter: TaskFilter = {},
): Promise<readonly TaskRecord[]> {
  checkTaskFilter(filter)
  const { owner, orchestrator, orphaned } = filter
  const documents = await context.tasks
    .find({ ...(owner !== undefined && { owner }), ...(orchestrator !== undefined && { orchestrator }) })
    .sort({ createdAt: 1, _id: 1 })
    .toArray()
  const drivers = await context.orchestrators.find({}).toArray()
  const byId = new Map(drivers.map((driver) => [driver._id, driver]))
  const now = await serverTime(context)
  return documents
    .map((document) => toTask(document, byId.get(document.orchestrator), now))
    .filter((task) => orphaned === undefined || task.orphaned === orphaned)
}
