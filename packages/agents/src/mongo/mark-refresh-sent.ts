import { refreshLost } from '../store/refusals.ts'
import { checkHeldRefresh } from '../store/refresh-input.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import type { MongoContext } from './mongo-context.ts'
import { refreshedBy, refreshingSeed } from './refresh-document.ts'

export async function markRefreshSent(context: MongoContext, held: HeldRefresh): Promise<void> {
  checkHeldRefresh(held)
  const { matchedCount } = await context.seeds.updateOne(
    {
      ...refreshedBy(held),
      revision: held.revision,
      leaseHolder: null,
      refreshState: { $in: ['claimed', 'sent'] },
    },
    { $set: { refreshState: 'sent' }, $currentDate: { refreshAt: true } },
  )
  if (matchedCount === 1) return
  await refreshingSeed(context, held)
  throw refreshLost(held, held.fence)
}
