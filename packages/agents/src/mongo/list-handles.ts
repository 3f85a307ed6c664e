import type { HandleFilter, HandleRecord } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles, toHandle } from './handle-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'

export async function listHandles(
  context: MongoContext,
  filter: HandleFilter,
): Promise<readonly HandleRecord[]> {
  checkHandleFilter(filter)
  const good = goodHandles(filter, await serverTime(context))
  const documents = await context.handles.find(good).sort({ createdAt: 1, _id: 1 }).toArray()
  return documents.map(toHandle)
}
