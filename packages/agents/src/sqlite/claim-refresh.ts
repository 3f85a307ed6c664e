import { noSeed } from '../store/refusals.ts'
import { checkRefreshClaim } from '../store/refresh-input.ts'
import { answerClaim } from '../store/refresh-rules.ts'
import type { RefreshAnswer, RefreshClaim } from '../store/refresh.ts'
import { refreshRow } from './refresh-row.ts'
import { seedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function claimRefresh({ db }: SqliteContext, claim: RefreshClaim): Promise<RefreshAnswer> {
  checkRefreshClaim(claim)
  return db.write((statements) => {
    const row = seedRow(statements, claim)
    if (row.deleted_at !== null) throw noSeed(claim)
    const seed = {
      status: row.status,
      isLeased: row.lease_holder !== null,
      revision: row.revision,
      refresh: refreshRow(row),
    }
    const answer = answerClaim(seed, claim, statements.now)
    if (answer !== 'take') return answer
    statements.run(
      `UPDATE seeds SET refresh_state = 'claimed', refresh_fence = refresh_fence + 1, refresh_holder = ?,
         refresh_at = ?, refresh_lock_ms = ?, refresh_not_before = NULL, refresh_reason = NULL
       WHERE id = ?`,
      claim.holder,
      statements.now,
      claim.lockMs,
      row.id,
    )
    const { owner, seedId, revision } = claim
    return { type: 'claimed', held: { owner, seedId, revision, fence: row.refresh_fence + 1 } }
  })
}
