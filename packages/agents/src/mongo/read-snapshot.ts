import { readSnapshotPart } from '../store/read-snapshot-part.ts'
import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotContent, SnapshotKey, SnapshotPart } from '../store/snapshot-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { findSnapshot, toSnapshot } from './snapshot-document.ts'

export async function readSnapshot(
  context: MongoContext,
  key: SnapshotKey,
  part: SnapshotPart,
): Promise<SnapshotContent> {
  checkSnapshotKey(key)
  return readSnapshotPart(context.shelf, context.keys, part, async () => {
    const document = await findSnapshot(context, key)
    const blobId = part === 'archive' ? document.archiveId : document.manifestId
    return { snapshot: toSnapshot(document, await serverTime(context)), blobId }
  })
}
