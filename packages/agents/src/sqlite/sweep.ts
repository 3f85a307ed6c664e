import { checkMs } from '../store/check.ts'
import { SEEN_MS, WAITER_MS } from '../store/lease.ts'
import { GRACE_MS, type SweepOptions, type SweepResult } from '../store/store.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function sweep({ db, shelf }: SqliteContext, options: SweepOptions = {}): Promise<SweepResult> {
  const { graceMs = GRACE_MS } = options
  checkMs('graceMs', graceMs)
  const { blobs, waiters, handles, orchestrators } = await db.write(({ all, run, now }) => ({
    blobs: all(`DELETE FROM blobs WHERE state <> 'attached' AND touched_at < ? RETURNING id`, now - graceMs),
    waiters: run('DELETE FROM waiters WHERE seen_at < ?', now - WAITER_MS - SEEN_MS),
    handles: run('DELETE FROM handles WHERE expires_at < ?', now),
    orchestrators: run(
      `DELETE FROM orchestrators WHERE (gone = 1 OR beat_at + lifetime_ms < ?)
         AND NOT EXISTS (SELECT 1 FROM tasks WHERE orchestrator = orchestrators.id)`,
      now - graceMs,
    ),
  }))
  for (const { id } of blobs) await shelf.removeFile(String(id))
  const rubbish = await shelf.removeRubbish()
  return { blobs: blobs.length + rubbish, waiters, handles, orchestrators }
}
