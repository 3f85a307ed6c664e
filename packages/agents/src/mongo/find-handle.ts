import type { HandleRecord } from '../store/handle.ts'
import { checkHandleHash } from '../store/refresh-input.ts'
import { toHandle } from './handle-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'

export async function findHandle(context: MongoContext, hash: string): Promise<HandleRecord | undefined> {
  checkHandleHash(hash)
  const document = await context.handles.findOne({ _id: hash })
  if (!document || document.expiresAt.getTime() <= (await serverTime(context))) return undefined
  return toHandle(document)
}
