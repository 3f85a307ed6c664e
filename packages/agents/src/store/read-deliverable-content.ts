import type { BlobShelf } from './blob-shelf.ts'
import { deliverableBinding } from './deliverable-input.ts'
import type { DeliverableContent, DeliverableRecord } from './deliverable.ts'
import type { KeyProvider } from './key-provider.ts'
import { readBlob } from './read-blob.ts'
import { StoreError } from './store-error.ts'

/** A deliverable and where its content lies. */
export interface FoundDeliverable {
  readonly deliverable: DeliverableRecord
  readonly blobId: string
}

/** Opens what the record names. @param find throws `not-found` when the record is gone */
export async function readDeliverableContent(
  shelf: BlobShelf,
  keys: KeyProvider,
  find: () => Promise<FoundDeliverable>,
): Promise<DeliverableContent> {
  const { deliverable, blobId } = await find()
  const expected = { binding: deliverableBinding(deliverable), bytes: deliverable.bytes }
  try {
    return { deliverable, content: await readBlob(shelf, keys, blobId, expected) }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not-found') throw error
    // Deleted between the two looks, or damaged.
    await find()
    const message = `the content of deliverable ${deliverable.deliverableId} is missing`
    throw new StoreError('corrupt', message, { cause: error })
  }
}
