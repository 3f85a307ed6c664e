import { refreshLost } from '../store/refusals.ts'
import type { RefreshRow } from '../store/refresh-rules.ts'
import type { HeldRefresh } from '../store/refresh.ts'
import type { MongoContext } from './mongo-context.ts'
import type { SeedDocument } from './mongo-documents.ts'
import { findSeed } from './seed-document.ts'

/** What the refresh fields are of a login that nobody has ever refreshed. */
export const NEVER_REFRESHED = {
  refreshState: 'idle',
  refreshFence: 0,
  refreshHolder: null,
  refreshAt: null,
  refreshLockMs: null,
  refreshNotBefore: null,
  refreshReason: null,
  refreshedAt: null,
} as const

export function refreshRow(document: SeedDocument): RefreshRow {
  return {
    state: document.refreshState,
    fence: document.refreshFence,
    holder: document.refreshHolder,
    at: document.refreshAt?.getTime() ?? null,
    lockMs: document.refreshLockMs,
    notBefore: document.refreshNotBefore?.getTime() ?? null,
    reason: document.refreshReason,
    refreshedAt: document.refreshedAt?.getTime() ?? null,
  }
}

/** Matches the seed while that claim is its latest. */
export function refreshedBy({ owner, seedId, fence }: HeldRefresh) {
  return { _id: seedId, owner, refreshFence: fence } as const
}

/** The document, if `held` is its latest claim. @throws StoreError `not-found`, `lease-lost` */
export async function refreshingSeed(context: MongoContext, held: HeldRefresh): Promise<SeedDocument> {
  const document = await findSeed(context, held)
  if (document.refreshFence !== held.fence) throw refreshLost(held, held.fence)
  return document
}
