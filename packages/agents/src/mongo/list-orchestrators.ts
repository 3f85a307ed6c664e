import type { OrchestratorRecord } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toOrchestrator } from './task-document.ts'

export async function listOrchestrators(context: MongoContext): Promise<readonly OrchestratorRecord[]> {
  const documents = await context.orchestrators.find({}).sort({ beatAt: -1, _id: 1 }).toArray()
  const now = await serverTime(context)
  return documents.map((document) => toOrchestrator(document, now))
}
