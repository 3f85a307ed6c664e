import type { JsonObject } from '../store/json.ts'
import { noSnapshot } from '../store/refusals.ts'
import type { SnapshotKey, SnapshotRecord, SnapshotVerdict } from '../store/snapshot-record.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { Statements } from './sqlite-database.ts'

/** A row of `snapshots`; its table is STRICT, so the types are what SQLite keeps. */
export interface SnapshotRow {
  readonly number: number
  readonly id: string
  readonly owner: string
  readonly task_id: string
  readonly agent: string
  readonly base_id: string | null
  readonly depth: number
  readonly verdict: SnapshotVerdict
  readonly data: string
  readonly archive_id: string
  readonly archive_bytes: number
  readonly manifest_id: string
  readonly manifest_bytes: number
  readonly created_at: number
  readonly held_until: number | null
}

export function toSnapshotRow(row: SqliteRow): SnapshotRow {
  return row as unknown as SnapshotRow
}

/** `undefined` when the task has none of that id. */
export function findSnapshotRow(
  { get }: Statements,
  { owner, taskId, snapshotId }: SnapshotKey,
): SnapshotRow | undefined {
  const sql = 'SELECT * FROM snapshots WHERE id = ? AND owner = ? AND task_id = ?'
  const row = get(sql, snapshotId, owner, taskId)
  return row && toSnapshotRow(row)
}

/** @throws StoreError `not-found` */
export function snapshotRow(statements: Statements, key: SnapshotKey): SnapshotRow {
  const row = findSnapshotRow(statements, key)
  if (!row) throw noSnapshot(key)
  return row
}

export function toSnapshot(row: SnapshotRow, now: number): SnapshotRecord {
  return {
    owner: row.owner,
    taskId: row.task_id,
    snapshotId: row.id,
    number: row.number,
    agent: row.agent,
    ...(row.base_id !== null && { baseId: row.base_id }),
    depth: row.depth,
    verdict: row.verdict,
    data: JSON.parse(row.data) as JsonObject,
    archiveBytes: row.archive_bytes,
    manifestBytes: row.manifest_bytes,
    createdAt: row.created_at,
    ...(row.held_until !== null && row.held_until > now && { heldUntil: row.held_until }),
  }
}
