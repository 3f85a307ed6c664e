import { checkJournalFilter } from '../store/journal-input.ts'
import type { JournalEntry, JournalFilter, JournalKey } from '../store/journal.ts'
import { findRunRow, toEntry } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function readEntries(
  { db }: SqliteContext,
  key: JournalKey,
  filter: JournalFilter = {},
): Promise<readonly JournalEntry[]> {
  checkJournalFilter(key, filter)
  const { states = ['pending', 'answered', 'settled'], type, limit = -1 } = filter
  return db.read((statements) => {
    const run = findRunRow(statements, key)
    if (!run) return []
    const newestFirst = statements.all(
      `SELECT * FROM journal_entries
       WHERE run_number = ? AND state IN (SELECT value FROM json_each(?)) AND (?3 IS NULL OR type = ?3)
       ORDER BY position DESC, created_at DESC, id DESC LIMIT ?`,
      run.number,
      JSON.stringify(states),
      type ?? null,
      limit,
    )
    return newestFirst.map((row) => toEntry(key, row)).toReversed()
  })
}
