import type { BlobShelf } from './blob-shelf.ts'
import type { KeyProvider } from './key-provider.ts'
import { readBlob } from './read-blob.ts'
import { seedBinding } from './seed-input.ts'
import type { SeedContent, SeedRecord } from './seed-record.ts'
import { StoreError } from './store-error.ts'

const TRIES = 5

/**
 * Opens the content that the record names. Between looking and opening it may have been replaced; then the record
 * names another one.
 */
export async function readSeedContent(
  shelf: BlobShelf,
  keys: KeyProvider,
  find: () => Promise<{ readonly seed: SeedRecord; readonly blobId: string }>,
): Promise<SeedContent> {
  for (let tries = 1; ; tries += 1) {
    const { seed, blobId } = await find()
    try {
      const expected = { binding: seedBinding(seed), bytes: seed.bytes }
      return { seed, content: await readBlob(shelf, keys, blobId, expected) }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'not-found') throw error
      const again = await find()
      if (again.blobId === blobId || tries === TRIES)
        throw new StoreError('corrupt', `the content of seed ${seed.seedId} is missing`, { cause: error })
    }
  }
}
