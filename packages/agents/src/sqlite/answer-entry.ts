import { checkAnswer } from '../store/journal-input.ts'
import type { Fenced, JournalEntry, JournalKey } from '../store/journal.ts'
import { noEntry } from '../store/refusals.ts'
import { assertDriver, findEntryRow, runRow, toEntry } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function answerEntry(
  { db }: SqliteContext,
  key: JournalKey,
  answer: Fenced & { readonly id: string; readonly reply: string },
): Promise<JournalEntry> {
  checkAnswer(key, answer)
  const { id, reply, fence } = answer
  return db.write((statements) => {
    assertDriver(statements, key, fence)
    const run = runRow(statements, key)
    statements.run(
      `UPDATE journal_entries SET state = 'answered', reply = ?
       WHERE run_number = ? AND id = ? AND state = 'pending'`,
      reply,
      run.number,
      id,
    )
    const row = findEntryRow(statements, run, id)
    if (!row) throw noEntry(key, id)
    return toEntry(key, row)
  })
}
