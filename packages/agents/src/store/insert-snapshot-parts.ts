import { attachBlob } from './attach-blob.ts'
import type { BlobShelf } from './blob-shelf.ts'
import type { KeyProvider } from './key-provider.ts'
import { snapshotBinding } from './snapshot-input.ts'
import type { NewSnapshot, SnapshotKey, SnapshotRecord } from './snapshot-record.ts'
import type { StoredBlob } from './write-blob.ts'

/**
 * Writes both parts, then lets `attach` name them in one record. The archive comes first: it may take hours, in which
 * a manifest that is stored already would be swept.
 */
export function insertSnapshotParts(
  shelf: BlobShelf,
  keys: KeyProvider,
  key: SnapshotKey,
  { archive, manifest, signal }: NewSnapshot,
  attach: (archive: StoredBlob, manifest: StoredBlob) => Promise<SnapshotRecord>,
): Promise<SnapshotRecord> {
  return attachBlob(shelf, keys, snapshotBinding(key, 'archive'), { content: archive, signal }, (stored) =>
    attachBlob(shelf, keys, snapshotBinding(key, 'manifest'), { content: manifest, signal }, (list) =>
      attach(stored, list),
    ),
  )
}
