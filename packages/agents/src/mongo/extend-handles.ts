import { checkMs } from '../store/check.ts'
import type { HandleFilter } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles } from './handle-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'

export async function extendHandles(
  context: MongoContext,
  filter: HandleFilter,
  { lifetimeMs }: { readonly lifetimeMs: number },
): Promise<number> {
  checkHandleFilter(filter)
  checkMs('lifetimeMs', lifetimeMs)
  const now = await serverTime(context)
  const { matchedCount } = await context.handles.updateMany(goodHandles(filter, now), {
    $set: { expiresAt: new Date(now + lifetimeMs) },
  })
  return matchedCount
}
