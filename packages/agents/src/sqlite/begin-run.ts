import { checkJournalKey } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import { assertDriver, findRunRow, runRow, toRun } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function beginRun({ db }: SqliteContext, key: JournalKey, options: Fenced): Promise<JournalRun> {
  checkJournalKey(key, options)
  return db.write((statements) => {
    assertDriver(statements, key, options.fence)
    if (!findRunRow(statements, key))
      statements.run(
        `INSERT INTO journal_runs (owner, task_id, run, next, ready, created_at, updated_at)
         VALUES (?, ?, ?, 0, 0, ?, ?)`,
        key.owner,
        key.taskId,
        key.run,
        statements.now,
        statements.now,
      )
    return toRun(runRow(statements, key))
  })
}
