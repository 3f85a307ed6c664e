import type { HandleFilter, HandleRecord } from '../store/handle.ts'
import type { HandleDocument } from './mongo-documents.ts'

export function toHandle(document: HandleDocument): HandleRecord {
  return {
    hash: document._id,
    owner: document.owner,
    seedId: document.seedId,
    session: document.session,
    revision: document.revision,
    createdAt: document.createdAt.getTime(),
    expiresAt: document.expiresAt.getTime(),
  }
}

/** Matches the handles that are still good. */
export function goodHandles({ owner, seedId, session }: HandleFilter, now: number) {
  return {
    owner,
    expiresAt: { $gt: new Date(now) },
    ...(seedId !== undefined && { seedId }),
    ...(session !== undefined && { session }),
  }
}
