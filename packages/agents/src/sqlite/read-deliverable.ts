import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableContent, DeliverableKey } from '../store/deliverable.ts'
import { readDeliverableContent } from '../store/read-deliverable-content.ts'
import { deliverableRow, toDeliverable } from './deliverable-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function readDeliverable(
  { db, shelf, keys }: SqliteContext,
  key: DeliverableKey,
): Promise<DeliverableContent> {
  checkDeliverableKey(key)
  return readDeliverableContent(shelf, keys, () =>
    db.read((statements) => {
      const row = deliverableRow(statements, key)
      return { deliverable: toDeliverable(row), blobId: row.blob_id }
    }),
  )
}
