import type { Filter } from 'mongodb'
import type { JsonObject } from '../store/json.ts'
import { noSnapshot } from '../store/refusals.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import type { MongoContext } from './mongo-context.ts'
import type { SnapshotDocument } from './mongo-documents.ts'

/** Matches the snapshot once it is there for readers. */
export function visibleSnapshot({ owner, taskId, snapshotId }: SnapshotKey): Filter<SnapshotDocument> {
  return { _id: snapshotId, owner, taskId, state: { $ne: 'pending' } }
}

/** @throws StoreError `not-found` */
export async function findSnapshot(
  { snapshots }: Pick<MongoContext, 'snapshots'>,
  key: SnapshotKey,
): Promise<SnapshotDocument> {
  const document = await snapshots.findOne(visibleSnapshot(key))
  if (!document) throw noSnapshot(key)
  return document
}

export function toSnapshot(document: SnapshotDocument, now: number): SnapshotRecord {
  const heldUntil = document.heldUntil?.getTime() ?? 0
  return {
    owner: document.owner,
    taskId: document.taskId,
    snapshotId: document._id,
    number: document.number,
    agent: document.agent,
    ...(document.baseId !== null && { baseId: document.baseId }),
    depth: document.depth,
    verdict: document.state === 'bad' ? 'bad' : 'good',
    data: JSON.parse(document.data) as JsonObject,
    archiveBytes: document.archiveBytes,
    manifestBytes: document.manifestBytes,
    createdAt: document.createdAt.getTime(),
    ...(heldUntil > now && { heldUntil }),
  }
}
