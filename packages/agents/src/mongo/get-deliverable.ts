import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableKey, DeliverableRecord } from '../store/deliverable.ts'
import { findDeliverable, toDeliverable } from './deliverable-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function getDeliverable(context: MongoContext, key: DeliverableKey): Promise<DeliverableRecord> {
  checkDeliverableKey(key)
  return toDeliverable(await findDeliverable(context, key))
}
