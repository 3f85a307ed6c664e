import type { BlobBinding, BlobShelf } from './blob-shelf.ts'
import type { KeyProvider } from './key-provider.ts'
import type { Content } from './seed-record.ts'
import { StoreError } from './store-error.ts'
import { writeBlob, type StoredBlob } from './write-blob.ts'

/**
 * Writes a blob, then lets `attach` name it in a record. When that fails the blob is removed, unless nobody can know
 * whether it was named: the sweep finds out.
 */
export async function attachBlob<T>(
  shelf: BlobShelf,
  keys: KeyProvider,
  binding: BlobBinding,
  source: { readonly content: Content; readonly signal?: AbortSignal | undefined },
  attach: (blob: StoredBlob) => Promise<T>,
): Promise<T> {
  const blob = await writeBlob(shelf, keys, binding, source)
  try {
    return await attach(blob)
  } catch (error) {
    const isUnknown = error instanceof StoreError && error.code === 'unreachable'
    if (!isUnknown) await shelf.remove(blob.blobId).catch(() => undefined) // what stays is swept
    throw error
  }
}
