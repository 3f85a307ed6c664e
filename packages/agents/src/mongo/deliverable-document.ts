import type { DeliverableKey, DeliverableRecord } from '../store/deliverable.ts'
import { noDeliverable } from '../store/refusals.ts'
import type { MongoContext } from './mongo-context.ts'
import type { DeliverableDocument } from './mongo-documents.ts'
import { taskIdOf } from './task-document.ts'

export function deliverableIdOf(key: DeliverableKey): string {
  return `${key.deliverableId}/${taskIdOf(key)}`
}

/** Once it is there for readers. @throws StoreError `not-found` */
export async function findDeliverable(
  { deliverables }: Pick<MongoContext, 'deliverables'>,
  key: DeliverableKey,
): Promise<DeliverableDocument> {
  const document = await deliverables.findOne({ _id: deliverableIdOf(key), state: 'stored' })
  if (!document) throw noDeliverable(key)
  return document
}

export function toDeliverable(document: DeliverableDocument): DeliverableRecord {
  return {
    owner: document.owner,
    taskId: document.taskId,
    deliverableId: document.deliverableId,
    number: document.number,
    path: document.path,
    version: document.version,
    sha256: document.sha256,
    bytes: document.bytes,
    createdAt: document.createdAt.getTime(),
  }
}
