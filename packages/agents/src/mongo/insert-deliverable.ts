import { checkNewDeliverable, insertDeliverableContent } from '../store/deliverable-input.ts'
import type { DeliverableRecord, NewDeliverable } from '../store/deliverable.ts'
import { deliverableExists } from '../store/refusals.ts'
import { StoreError } from '../store/store-error.ts'
import type { StoredBlob } from '../store/write-blob.ts'
import { deliverableIdOf, toDeliverable } from './deliverable-document.ts'
import { assertDriver } from './journal-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { DeliverableDocument } from './mongo-documents.ts'
import { guarded, isDriverError, isDuplicate } from './mongo-errors.ts'

/**
 * As with snapshots: *pending* first, which no reader sees and whoever adopts the task removes; then the task is looked
 * at; then it is *stored*, if it is still there.
 */
export async function insertDeliverable(
  context: MongoContext,
  deliverable: NewDeliverable,
): Promise<DeliverableRecord> {
  checkNewDeliverable(deliverable)
  const { shelf, keys, deliverables } = context
  await assertDriver(context, deliverable, deliverable.fence)
  const known = await deliverables.findOne({ _id: deliverableIdOf(deliverable), state: 'stored' })
  if (known) return toDeliverable(known)
  return insertDeliverableContent(shelf, keys, deliverable, (blob, sha256) =>
    guarded(async () => {
      await shelf.touch(blob.blobId)
      return commit(context, deliverable, blob, sha256)
    }),
  )
}

async function commit(
  context: MongoContext,
  deliverable: NewDeliverable,
  blob: StoredBlob,
  sha256: string,
): Promise<DeliverableRecord> {
  const { deliverables } = context
  await assertDriver(context, deliverable, deliverable.fence)
  const pending = await pendingDocument(context, deliverable, blob, sha256)
  await insertPending(context, deliverable, pending)
  try {
    await assertDriver(context, deliverable, deliverable.fence)
    const after = await deliverables.findOneAndUpdate(
      { _id: pending._id, state: 'pending', blobId: blob.blobId },
      { $set: { state: 'stored' }, $currentDate: { createdAt: true } },
      { returnDocument: 'after' },
    )
    if (after) return toDeliverable(after)
    await assertDriver(context, deliverable, deliverable.fence)
    throw new StoreError('conflict', 'storing the deliverable took so long that it was swept away')
  } catch (error) {
    // Whether it was stored is unknown when the server did not answer.
    if (!isDriverError(error))
      await deliverables.deleteOne({ _id: pending._id, state: 'pending', blobId: blob.blobId })
    throw error
  }
}

async function insertPending(
  { deliverables }: MongoContext,
  deliverable: NewDeliverable,
  document: DeliverableDocument,
): Promise<void> {
  try {
    await deliverables.insertOne(document)
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Somebody died here before it was seen; what is stored meanwhile stays.
    await deliverables.deleteOne({ _id: document._id, state: 'pending' })
    await deliverables.insertOne(document).catch((cause: unknown) => {
      throw isDuplicate(cause) ? deliverableExists(deliverable) : cause
    })
  }
}

async function pendingDocument(
  context: MongoContext,
  deliverable: NewDeliverable,
  { blobId, bytes }: StoredBlob,
  sha256: string,
): Promise<DeliverableDocument> {
  const { owner, taskId, deliverableId, path, fence } = deliverable
  return {
    _id: deliverableIdOf(deliverable),
    owner,
    taskId,
    deliverableId,
    path,
    number: await nextNumber(context, 'deliverable'),
    version: await nextNumber(context, `deliverable/${taskId}@${owner}/${path}`),
    sha256,
    bytes,
    blobId,
    state: 'pending',
    fence: fence ?? null,
    createdAt: new Date(await serverTime(context)),
  }
}

async function nextNumber({ counters }: MongoContext, name: string): Promise<number> {
  const counter = await counters.findOneAndUpdate(
    { _id: name },
    { $inc: { value: 1 } },
    { upsert: true, returnDocument: 'after' },
  )
  return counter?.value ?? 0
}
