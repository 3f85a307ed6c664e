import type { DeliverableKey, DeliverableRecord } from '../store/deliverable.ts'
import { noDeliverable } from '../store/refusals.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { Statements } from './sqlite-database.ts'

/** A row of `deliverables`; its table is STRICT, so the types are what SQLite keeps. */
export interface DeliverableRow {
  readonly number: number
  readonly owner: string
  readonly task_id: string
  readonly id: string
  readonly path: string
  readonly version: number
  readonly sha256: string
  readonly bytes: number
  readonly blob_id: string
  readonly created_at: number
}

/** `undefined` when the task has none of that id. */
export function findDeliverableRow(
  { get }: Statements,
  { owner, taskId, deliverableId }: DeliverableKey,
): DeliverableRow | undefined {
  const sql = 'SELECT * FROM deliverables WHERE owner = ? AND task_id = ? AND id = ?'
  return get(sql, owner, taskId, deliverableId) as unknown as DeliverableRow | undefined
}

/** @throws StoreError `not-found` */
export function deliverableRow(statements: Statements, key: DeliverableKey): DeliverableRow {
  const row = findDeliverableRow(statements, key)
  if (!row) throw noDeliverable(key)
  return row
}

export function toDeliverable(sqlRow: SqliteRow | DeliverableRow): DeliverableRecord {
  const row = sqlRow as unknown as DeliverableRow
  return {
    owner: row.owner,
    taskId: row.task_id,
    deliverableId: row.id,
    number: row.number,
    path: row.path,
    version: row.version,
    sha256: row.sha256,
    bytes: row.bytes,
    createdAt: row.created_at,
  }
}
