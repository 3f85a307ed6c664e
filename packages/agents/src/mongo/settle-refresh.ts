import { checkHeldRefresh, checkRefreshOutcome } from '../store/refresh-input.ts'
import type { HeldRefresh, RefreshOutcome } from '../store/refresh.ts'
import type { SeedRecord } from '../store/seed-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { refreshedBy, refreshingSeed } from './refresh-document.ts'
import { toSeed } from './seed-document.ts'

export async function settleRefresh(
  context: MongoContext,
  held: HeldRefresh,
  outcome: RefreshOutcome,
): Promise<SeedRecord> {
  checkHeldRefresh(held)
  checkRefreshOutcome(outcome)
  const now = await serverTime(context)
  const wait = outcome.type === 'untouched' ? outcome.retryAfterMs : undefined
  const after = await context.seeds.findOneAndUpdate(
    { ...refreshedBy(held), refreshState: { $ne: 'idle' } },
    {
      $set: {
        refreshReason: outcome.reason ?? null,
        refreshNotBefore: wait === undefined ? null : new Date(now + wait),
        ...(outcome.type === 'unknown'
          ? { refreshState: 'unknown' as const }
          : { refreshState: 'idle' as const, refreshHolder: null }),
        ...(outcome.type === 'dead' && { status: 'dead' as const }),
      },
    },
    { returnDocument: 'after' },
  )
  return toSeed(after ?? (await refreshingSeed(context, held)), now)
}
