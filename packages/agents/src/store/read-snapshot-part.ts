import type { BlobShelf } from './blob-shelf.ts'
import type { KeyProvider } from './key-provider.ts'
import { readBlob } from './read-blob.ts'
import { snapshotBinding } from './snapshot-input.ts'
import type { SnapshotContent, SnapshotPart, SnapshotRecord } from './snapshot-record.ts'
import { StoreError } from './store-error.ts'

/** A part of a snapshot and where it lies. */
export interface FoundPart {
  readonly snapshot: SnapshotRecord
  readonly blobId: string
}

/** Opens the part that the record names. @param find throws `not-found` when the record is gone */
export async function readSnapshotPart(
  shelf: BlobShelf,
  keys: KeyProvider,
  part: SnapshotPart,
  find: () => Promise<FoundPart>,
): Promise<SnapshotContent> {
  const { snapshot, blobId } = await find()
  const bytes = part === 'archive' ? snapshot.archiveBytes : snapshot.manifestBytes
  try {
    const expected = { binding: snapshotBinding(snapshot, part), bytes }
    return { snapshot, content: await readBlob(shelf, keys, blobId, expected) }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error
    // Deleted between the two looks, or damaged.
    await find()
    throw new StoreError('corrupt', `the ${part} of snapshot ${snapshot.snapshotId} is missing`, {
      cause: error,
    })
  }
}
