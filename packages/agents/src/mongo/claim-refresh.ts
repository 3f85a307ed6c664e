import { setTimeout as delay } from 'node:timers/promises'
import { noSeed } from '../store/refusals.ts'
import { checkRefreshClaim } from '../store/refresh-input.ts'
import { answerClaim } from '../store/refresh-rules.ts'
import type { RefreshAnswer, RefreshClaim } from '../store/refresh.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { refreshRow } from './refresh-document.ts'
import { findSeed } from './seed-document.ts'

export async function claimRefresh(context: MongoContext, claim: RefreshClaim): Promise<RefreshAnswer> {
  checkRefreshClaim(claim)
  const { owner, seedId, revision, holder, lockMs } = claim
  for (;;) {
    // The time comes first: what is written between the two looks younger than it is, never older.
    const now = await serverTime(context)
    const before = await findSeed(context, claim)
    if (before.deletedAt !== null) throw noSeed(claim)
    const refresh = refreshRow(before)
    const isLeased = before.leaseHolder !== null
    const answer = answerClaim(
      { status: before.status, isLeased, revision: before.revision, refresh },
      claim,
      now,
    )
    if (answer !== 'take') return answer
    const seen = { status: 'alive', leaseHolder: null, deletedAt: null, revision } as const
    const { matchedCount } = await context.seeds.updateOne(
      { _id: seedId, owner, ...seen, refreshFence: refresh.fence, refreshState: refresh.state },
      {
        $set: {
          refreshState: 'claimed',
          refreshHolder: holder,
          refreshLockMs: lockMs,
          refreshNotBefore: null,
          refreshReason: null,
        },
        $inc: { refreshFence: 1 },
        $currentDate: { refreshAt: true },
      },
    )
    if (matchedCount === 1)
      return { type: 'claimed', held: { owner, seedId, revision, fence: refresh.fence + 1 } }
    await delay(Math.random() * 20) // it changed meanwhile
  }
}
