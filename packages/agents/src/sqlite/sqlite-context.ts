import type { KeyProvider } from '../store/key-provider.ts'
import type { StoredBlob } from '../store/write-blob.ts'
import type { SqliteBlobShelf } from './sqlite-blob-shelf.ts'
import type { SqliteDatabase, Statements } from './sqlite-database.ts'
import { StoreError } from '../store/store-error.ts'

/** What every operation works with. */
export interface SqliteContext {
  readonly db: SqliteDatabase
  readonly shelf: SqliteBlobShelf
  readonly keys: KeyProvider
}

/** Within the transaction that names the blob in a record. @throws StoreError `conflict` when it was swept */
export function attach({ run }: Statements, { blobId }: StoredBlob): void {
  const attached = run(`UPDATE blobs SET state = 'attached' WHERE id = ? AND state = 'stored'`, blobId)
  if (attached === 0) throw new StoreError('conflict', 'the content was swept away before it was used')
}
