import type { JournalRun } from '../store/journal.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import { toRun } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function newestRun({ db }: SqliteContext, key: TaskKey): Promise<JournalRun | undefined> {
  checkTaskKey(key)
  const { owner, taskId } = key
  return db.read(({ get }) => {
    const sql = 'SELECT * FROM journal_runs WHERE owner = ? AND task_id = ? ORDER BY number DESC LIMIT 1'
    const row = get(sql, owner, taskId)
    return row && toRun(row)
  })
}
