import { checkOutcome } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import type { JsonObject } from '../store/json.ts'
import { assertDriver, runRow, toRun } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function endRun(
  { db }: SqliteContext,
  key: JournalKey,
  options: Fenced & { readonly outcome: JsonObject },
): Promise<JournalRun> {
  const outcome = checkOutcome(key, options)
  return db.write((statements) => {
    assertDriver(statements, key, options.fence)
    const { number } = runRow(statements, key)
    const sql = 'UPDATE journal_runs SET outcome = ?, updated_at = ? WHERE number = ? AND outcome IS NULL'
    statements.run(sql, outcome, statements.now, number)
    return toRun(runRow(statements, key))
  })
}
