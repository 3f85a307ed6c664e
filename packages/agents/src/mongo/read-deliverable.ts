import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableContent, DeliverableKey } from '../store/deliverable.ts'
import { readDeliverableContent } from '../store/read-deliverable-content.ts'
import { findDeliverable, toDeliverable } from './deliverable-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function readDeliverable(
  context: MongoContext,
  key: DeliverableKey,
): Promise<DeliverableContent> {
  checkDeliverableKey(key)
  return readDeliverableContent(context.shelf, context.keys, async () => {
    const document = await findDeliverable(context, key)
    return { deliverable: toDeliverable(document), blobId: document.blobId }
  })
}
