import { orchestratorExists } from '../store/refusals.ts'
import { checkNewOrchestrator } from '../store/task-input.ts'
import type { NewOrchestrator, OrchestratorRecord } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { OrchestratorDocument } from './mongo-documents.ts'
import { isDuplicate } from './mongo-errors.ts'
import { toOrchestrator } from './task-document.ts'

export async function registerOrchestrator(
  context: MongoContext,
  orchestrator: NewOrchestrator,
): Promise<OrchestratorRecord> {
  const { facts } = checkNewOrchestrator(orchestrator)
  const { id, lifetimeMs } = orchestrator
  const now = await serverTime(context)
  const document: OrchestratorDocument = { _id: id, gone: false, beatAt: new Date(now), lifetimeMs, facts }
  try {
    await context.orchestrators.insertOne(document)
  } catch (error) {
    if (isDuplicate(error)) throw orchestratorExists(id)
    throw error
  }
  return toOrchestrator(document, now)
}
