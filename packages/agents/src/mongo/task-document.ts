import type { JsonObject } from '../store/json.ts'
import { noTask } from '../store/refusals.ts'
import type { OrchestratorRecord, TaskKey, TaskRecord } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { OrchestratorDocument, TaskDocument } from './mongo-documents.ts'

export function taskIdOf({ owner, taskId }: TaskKey): string {
  return `${taskId}@${owner}`
}

/** @throws StoreError `not-found` */
export async function findTask({ tasks }: MongoContext, key: TaskKey): Promise<TaskDocument> {
  const document = await tasks.findOne({ _id: taskIdOf(key) })
  if (!document) throw noTask(key)
  return document
}

/** One that nobody knows is gone, too. */
export function isGone(
  orchestrator: Pick<OrchestratorDocument, 'gone' | 'beatAt' | 'lifetimeMs'> | null | undefined,
  now: number,
): boolean {
  if (!orchestrator) return true
  return orchestrator.gone || orchestrator.beatAt.getTime() + orchestrator.lifetimeMs <= now
}

export function toTask(
  document: TaskDocument,
  orchestrator: OrchestratorDocument | null | undefined,
  now: number,
): TaskRecord {
  return {
    owner: document.owner,
    taskId: document.taskId,
    orchestrator: document.orchestrator,
    orphaned: isGone(orchestrator, now),
    fence: document.fence,
    version: document.version,
    data: JSON.parse(document.data) as JsonObject,
    createdAt: document.createdAt.getTime(),
    updatedAt: document.updatedAt.getTime(),
  }
}

export function toOrchestrator(document: OrchestratorDocument, now: number): OrchestratorRecord {
  return {
    id: document._id,
    state: isGone(document, now) ? 'gone' : 'alive',
    beatAt: document.beatAt.getTime(),
    lifetimeMs: document.lifetimeMs,
    facts: JSON.parse(document.facts) as JsonObject,
  }
}

/** With what is known of its orchestrator now. */
export async function readTask(context: MongoContext, document: TaskDocument): Promise<TaskRecord> {
  const orchestrator = await context.orchestrators.findOne({ _id: document.orchestrator })
  return toTask(document, orchestrator, await serverTime(context))
}
