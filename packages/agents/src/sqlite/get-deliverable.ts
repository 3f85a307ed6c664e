import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableKey, DeliverableRecord } from '../store/deliverable.ts'
import { deliverableRow, toDeliverable } from './deliverable-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function getDeliverable({ db }: SqliteContext, key: DeliverableKey): Promise<DeliverableRecord> {
  checkDeliverableKey(key)
  return db.read((statements) => toDeliverable(deliverableRow(statements, key)))
}
