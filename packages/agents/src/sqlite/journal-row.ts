import { assertTaskFence } from '../store/assert-task-fence.ts'
import type { JournalEntry, JournalKey, JournalRun, JournalState } from '../store/journal.ts'
import type { JsonObject } from '../store/json.ts'
import { noRun } from '../store/refusals.ts'
import type { TaskKey } from '../store/task-record.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { Statements } from './sqlite-database.ts'

/** A row of `journal_runs`; its table is STRICT, so the types are what SQLite keeps. */
export interface RunRow {
  readonly number: number
  readonly owner: string
  readonly task_id: string
  readonly run: string
  readonly next: number
  readonly ready: number
  readonly mark: number | null
  readonly outcome: string | null
  readonly created_at: number
  readonly updated_at: number
}

/** A row of `journal_entries`. */
export interface EntryRow {
  readonly id: string
  readonly position: number
  readonly type: string
  readonly data: string
  readonly state: JournalState
  readonly reply: string | null
  readonly created_at: number
}

/** Within the transaction of a write. @throws StoreError `lease-lost`, `not-found` */
export function assertDriver(
  { get }: Statements,
  { owner, taskId }: TaskKey,
  fence: number | undefined,
): void {
  const task = get('SELECT fence FROM tasks WHERE owner = ? AND id = ?', owner, taskId)
  assertTaskFence({ owner, taskId }, task && Number(task['fence']), fence)
}

export function findRunRow({ get }: Statements, { owner, taskId, run }: JournalKey): RunRow | undefined {
  const sql = 'SELECT * FROM journal_runs WHERE owner = ? AND task_id = ? AND run = ?'
  return get(sql, owner, taskId, run) as unknown as RunRow | undefined
}

/** @throws StoreError `not-found` */
export function runRow(statements: Statements, key: JournalKey): RunRow {
  const row = findRunRow(statements, key)
  if (!row) throw noRun(key)
  return row
}

export function findEntryRow({ get }: Statements, run: RunRow, id: string): EntryRow | undefined {
  const sql = 'SELECT * FROM journal_entries WHERE run_number = ? AND id = ?'
  return get(sql, run.number, id) as unknown as EntryRow | undefined
}

export function toRun(row: SqliteRow | RunRow): JournalRun {
  const run = row as unknown as RunRow
  return {
    owner: run.owner,
    taskId: run.task_id,
    run: run.run,
    number: run.number,
    next: run.next,
    ...(run.mark !== null && { mark: run.mark }),
    isReady: run.ready !== 0,
    ...(run.outcome !== null && { outcome: JSON.parse(run.outcome) as JsonObject }),
    createdAt: run.created_at,
    updatedAt: run.updated_at,
  }
}

export function toEntry({ owner, taskId, run }: JournalKey, row: SqliteRow | EntryRow): JournalEntry {
  const entry = row as unknown as EntryRow
  return {
    owner,
    taskId,
    run,
    id: entry.id,
    offset: entry.position,
    type: entry.type,
    data: JSON.parse(entry.data) as JsonObject,
    state: entry.state,
    ...(entry.reply !== null && { reply: entry.reply }),
    createdAt: entry.created_at,
  }
}
