import type { HandleFilter } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles } from './handle-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'

export async function revokeHandles(context: MongoContext, filter: HandleFilter): Promise<number> {
  checkHandleFilter(filter)
  const { deletedCount } = await context.handles.deleteMany(goodHandles(filter, await serverTime(context)))
  return deletedCount
}
