import { checkDeliverableFilter } from '../store/deliverable-input.ts'
import type { DeliverableFilter, DeliverableRecord } from '../store/deliverable.ts'
import { toDeliverable } from './deliverable-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function listDeliverables(
  { deliverables }: MongoContext,
  filter: DeliverableFilter,
): Promise<readonly DeliverableRecord[]> {
  checkDeliverableFilter(filter)
  const { owner, taskId, path } = filter
  const documents = await deliverables
    .find({
      owner,
      ...(taskId !== undefined && { taskId }),
      ...(path !== undefined && { path }),
      state: 'stored',
    })
    .sort({ number: 1 })
    .toArray()
  return documents.map(toDeliverable)
}
