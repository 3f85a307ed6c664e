import type { JsonObject } from '../store/json.ts'
import { noTask } from '../store/refusals.ts'
import type { OrchestratorRecord, TaskKey, TaskRecord } from '../store/task-record.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { Statements } from './sqlite-database.ts'

/** Tasks with what is known of their orchestrators. */
export const SELECT_TASKS = `SELECT tasks.*, gone, beat_at, lifetime_ms
  FROM tasks LEFT JOIN orchestrators ON orchestrators.id = tasks.orchestrator`

export interface TaskRow {
  readonly owner: string
  readonly id: string
  readonly orchestrator: string
  readonly fence: number
  readonly version: number
  readonly data: string
  readonly created_at: number
  readonly updated_at: number
  readonly gone: number | null
  readonly beat_at: number | null
  readonly lifetime_ms: number | null
}

export interface OrchestratorRow {
  readonly id: string
  readonly gone: number
  readonly beat_at: number
  readonly lifetime_ms: number
  readonly facts: string
}

export function toTaskRow(row: SqliteRow): TaskRow {
  return row as unknown as TaskRow
}

/** @throws StoreError `not-found` */
export function taskRow({ get }: Statements, key: TaskKey): TaskRow {
  const row = get(`${SELECT_TASKS} WHERE tasks.owner = ? AND tasks.id = ?`, key.owner, key.taskId)
  if (!row) throw noTask(key)
  return toTaskRow(row)
}

/** One that nobody knows is gone, too. */
export function isGone(row: Pick<TaskRow, 'gone' | 'beat_at' | 'lifetime_ms'>, now: number): boolean {
  if (row.gone === null || row.beat_at === null || row.lifetime_ms === null) return true
  return row.gone === 1 || row.beat_at + row.lifetime_ms <= now
}

export function toTask(row: TaskRow, now: number): TaskRecord {
  return {
    owner: row.owner,
    taskId: row.id,
    orchestrator: row.orchestrator,
    orphaned: isGone(row, now),
    fence: row.fence,
    version: row.version,
    data: JSON.parse(row.data) as JsonObject,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toOrchestrator(sqlRow: SqliteRow, now: number): OrchestratorRecord {
  const row = sqlRow as unknown as OrchestratorRow
  return {
    id: row.id,
    state: isGone(row, now) ? 'gone' : 'alive',
    beatAt: row.beat_at,
    lifetimeMs: row.lifetime_ms,
    facts: JSON.parse(row.facts) as JsonObject,
  }
}

export function isOrchestratorAlive({ get, now }: Statements, id: string): boolean {
  const row = get('SELECT * FROM orchestrators WHERE id = ?', id)
  return row !== undefined && toOrchestrator(row, now).state === 'alive'
}
