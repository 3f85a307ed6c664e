import { checkNewDeliverable, insertDeliverableContent } from '../store/deliverable-input.ts'
import type { DeliverableRecord, NewDeliverable } from '../store/deliverable.ts'
import { deliverableExists } from '../store/refusals.ts'
import { deliverableRow, findDeliverableRow, toDeliverable } from './deliverable-row.ts'
import { assertDriver } from './journal-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'

export async function insertDeliverable(
  { db, shelf, keys }: SqliteContext,
  deliverable: NewDeliverable,
): Promise<DeliverableRecord> {
  checkNewDeliverable(deliverable)
  const { owner, taskId, deliverableId, path, fence } = deliverable
  // Who has lost already need not write anything.
  const known = await db.read((statements) => {
    assertDriver(statements, deliverable, fence)
    return findDeliverableRow(statements, deliverable)
  })
  if (known) return toDeliverable(known)
  return insertDeliverableContent(shelf, keys, deliverable, (blob, sha256) =>
    db.write((statements) => {
      assertDriver(statements, deliverable, fence)
      if (findDeliverableRow(statements, deliverable)) throw deliverableExists(deliverable)
      attach(statements, blob)
      statements.run(
        `INSERT INTO deliverables (owner, task_id, id, path, version, sha256, bytes, blob_id, created_at)
         SELECT ?1, ?2, ?3, ?4, 1 + coalesce(max(version), 0), ?5, ?6, ?7, ?8
         FROM deliverables WHERE owner = ?1 AND task_id = ?2 AND path = ?4`,
        owner,
        taskId,
        deliverableId,
        path,
        sha256,
        blob.bytes,
        blob.blobId,
        statements.now,
      )
      return toDeliverable(deliverableRow(statements, deliverable))
    }),
  )
}
