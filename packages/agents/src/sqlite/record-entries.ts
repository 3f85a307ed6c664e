import { checkBatch } from '../store/journal-input.ts'
import { KEPT_ENTRIES, type JournalBatch, type JournalKey, type JournalRun } from '../store/journal.ts'
import { runMoved } from '../store/refusals.ts'
import { assertDriver, runRow, toRun, type RunRow } from './journal-row.ts'
import type { SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

/** As often as this, so that the count costs little. */
const FORGET_EVERY = 500

export async function recordEntries(
  { db }: SqliteContext,
  key: JournalKey,
  batch: JournalBatch,
): Promise<JournalRun> {
  const entries = checkBatch(key, batch)
  return db.write((statements) => {
    const { run, now } = statements
    assertDriver(statements, key, batch.fence)
    const before = runRow(statements, key)
    if (before.next !== batch.from) {
      // Its answer was lost, and it comes again.
      if (before.next >= batch.next) return toRun(before)
      throw runMoved(key, before.next, batch.from)
    }
    for (const { id, offset, type, data, state } of entries)
      run(
        `INSERT INTO journal_entries (run_number, id, position, type, data, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        before.number,
        id,
        offset,
        type,
        data,
        state,
        now,
      )
    const count = entries.length
    const sql = `UPDATE journal_runs SET next = ?, mark = ?, entries = entries + ?, updated_at = ?
      WHERE number = ? RETURNING entries`
    const { next, mark = null } = batch
    const total = Number(statements.get(sql, next, mark, count, now, before.number)?.['entries'])
    if (Math.floor(total / FORGET_EVERY) > Math.floor((total - count) / FORGET_EVERY))
      forgetOldest(statements, before)
    return toRun(runRow(statements, key))
  })
}

function forgetOldest({ run }: Statements, { number }: RunRow): void {
  run(
    `DELETE FROM journal_entries WHERE run_number = ?1 AND state = 'settled' AND position < (
       SELECT position FROM journal_entries WHERE run_number = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)`,
    number,
    KEPT_ENTRIES - 1,
  )
}
