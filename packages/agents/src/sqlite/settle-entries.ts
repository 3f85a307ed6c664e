import { checkSettled } from '../store/journal-input.ts'
import type { Fenced, JournalKey } from '../store/journal.ts'
import { assertDriver, runRow } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function settleEntries(
  { db }: SqliteContext,
  key: JournalKey,
  options: Fenced & { readonly ids: readonly string[] },
): Promise<void> {
  checkSettled(key, options)
  await db.write((statements) => {
    assertDriver(statements, key, options.fence)
    statements.run(
      `UPDATE journal_entries SET state = 'settled'
       WHERE run_number = ? AND id IN (SELECT value FROM json_each(?))`,
      runRow(statements, key).number,
      JSON.stringify(options.ids),
    )
  })
}
