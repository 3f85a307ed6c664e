import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableKey } from '../store/deliverable.ts'
import { deliverableIdOf } from './deliverable-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function deleteDeliverable(
  { deliverables, shelf }: MongoContext,
  key: DeliverableKey,
): Promise<void> {
  checkDeliverableKey(key)
  const gone = await deliverables.findOneAndDelete({ _id: deliverableIdOf(key), state: 'stored' })
  if (gone) await shelf.remove(gone.blobId)
}
