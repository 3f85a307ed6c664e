import { checkDeliverableKey } from '../store/deliverable-input.ts'
import type { DeliverableKey } from '../store/deliverable.ts'
import { findDeliverableRow } from './deliverable-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function deleteDeliverable({ db, shelf }: SqliteContext, key: DeliverableKey): Promise<void> {
  checkDeliverableKey(key)
  const blobId = await db.write((statements) => {
    const row = findDeliverableRow(statements, key)
    if (!row) return undefined
    statements.run('DELETE FROM deliverables WHERE number = ?', row.number)
    statements.run('DELETE FROM blobs WHERE id = ?', row.blob_id)
    return row.blob_id
  })
  if (blobId !== undefined) await shelf.removeFile(blobId)
}
