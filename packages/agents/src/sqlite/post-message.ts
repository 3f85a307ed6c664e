import { checkMessage } from '../store/journal-input.ts'
import type { Fenced, JournalEntry, JournalKey } from '../store/journal.ts'
import { noEntry } from '../store/refusals.ts'
import { assertDriver, findEntryRow, runRow, toEntry } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function postMessage(
  { db }: SqliteContext,
  key: JournalKey,
  message: Fenced & { readonly id: string; readonly text: string },
): Promise<JournalEntry> {
  checkMessage(key, message)
  const { id, text, fence } = message
  return db.write((statements) => {
    assertDriver(statements, key, fence)
    const run = runRow(statements, key)
    if (!findEntryRow(statements, run, id))
      statements.run(
        `INSERT INTO journal_entries (run_number, id, position, type, data, state, reply, created_at)
         VALUES (?, ?, ?, 'message', '{}', 'answered', ?, ?)`,
        run.number,
        id,
        run.next,
        text,
        statements.now,
      )
    const row = findEntryRow(statements, run, id)
    if (!row) throw noEntry(key, id)
    return toEntry(key, row)
  })
}
