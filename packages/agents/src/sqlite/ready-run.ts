import { checkJournalKey } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import { assertDriver, runRow, toRun } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function readyRun({ db }: SqliteContext, key: JournalKey, options: Fenced): Promise<JournalRun> {
  checkJournalKey(key, options)
  return db.write((statements) => {
    assertDriver(statements, key, options.fence)
    const { number } = runRow(statements, key)
    const sql = 'UPDATE journal_runs SET ready = 1, updated_at = ? WHERE number = ? AND ready = 0'
    statements.run(sql, statements.now, number)
    return toRun(runRow(statements, key))
  })
}
