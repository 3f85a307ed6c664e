import type { HandleRecord, NewHandle } from '../store/handle.ts'
import { handleExists, noSeed } from '../store/refusals.ts'
import { checkNewHandle } from '../store/refresh-input.ts'
import { toHandle } from './handle-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { HandleDocument } from './mongo-documents.ts'
import { isDuplicate } from './mongo-errors.ts'
import { findSeed } from './seed-document.ts'

export async function insertHandle(context: MongoContext, handle: NewHandle): Promise<HandleRecord> {
  checkNewHandle(handle)
  const now = await serverTime(context)
  const { hash, owner, seedId, session, revision, lifetimeMs } = handle
  const seed = await findSeed(context, handle)
  if (seed.deletedAt !== null) throw noSeed(handle)
  const document: HandleDocument = {
    _id: hash,
    owner,
    seedId,
    session,
    revision,
    createdAt: new Date(now),
    expiresAt: new Date(now + lifetimeMs),
  }
  try {
    await context.handles.insertOne(document)
  } catch (error) {
    if (isDuplicate(error)) throw handleExists()
    throw error
  }
  return toHandle(document)
}
