import { assertTaskFence } from '../store/assert-task-fence.ts'
import { insertSnapshotParts } from '../store/insert-snapshot-parts.ts'
import { noBase } from '../store/refusals.ts'
import { newId } from '../store/seed-input.ts'
import { checkNewSnapshot } from '../store/snapshot-input.ts'
import type { NewSnapshot, SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { StoreError } from '../store/store-error.ts'
import type { StoredBlob } from '../store/write-blob.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { SnapshotDocument } from './mongo-documents.ts'
import { guarded, isDriverError } from './mongo-errors.ts'
import { toSnapshot } from './snapshot-document.ts'
import { taskIdOf } from './task-document.ts'

/**
 * Three documents must agree, and only one at a time can be written. So the new one is *pending* first, which no reader
 * sees; then the task and the base are looked at; then it becomes *good*, if it is still there. Whoever adopts the task
 * removes what is pending after it has changed the number, and whoever deletes the base says so before it looks for
 * what is laid over it, pending or not: each sees the other, whichever comes first.
 */
export async function insertSnapshot(context: MongoContext, snapshot: NewSnapshot): Promise<SnapshotRecord> {
  const { data } = checkNewSnapshot(snapshot)
  const { owner, taskId } = snapshot
  const key = { owner, taskId, snapshotId: newId() }
  // Who has lost already need not write anything.
  await assertInsertable(context, snapshot)
  return insertSnapshotParts(context.shelf, context.keys, key, snapshot, (archive, manifest) =>
    guarded(async () => {
      await context.shelf.touch(archive.blobId)
      await context.shelf.touch(manifest.blobId)
      return commit(context, key, snapshot, { data, archive, manifest })
    }),
  )
}

interface Parts {
  readonly data: string
  readonly archive: StoredBlob
  readonly manifest: StoredBlob
}

async function commit(
  context: MongoContext,
  key: SnapshotKey,
  snapshot: NewSnapshot,
  parts: Parts,
): Promise<SnapshotRecord> {
  const { snapshots } = context
  const depth = await assertInsertable(context, snapshot)
  await snapshots.insertOne(await pending(context, key, snapshot, depth, parts))
  try {
    await assertInsertable(context, snapshot)
    const after = await snapshots.findOneAndUpdate(
      { _id: key.snapshotId, state: 'pending' },
      { $set: { state: 'good' }, $currentDate: { createdAt: true } },
      { returnDocument: 'after' },
    )
    if (after) return toSnapshot(after, await serverTime(context))
    await assertInsertable(context, snapshot)
    throw new StoreError('conflict', 'storing the snapshot took so long that it was swept away')
  } catch (error) {
    // Whether it became good is unknown when the server did not answer.
    if (!isDriverError(error)) await snapshots.deleteOne({ _id: key.snapshotId, state: 'pending' })
    throw error
  }
}

async function pending(
  context: MongoContext,
  { owner, taskId, snapshotId }: SnapshotKey,
  { agent, baseId, fence }: NewSnapshot,
  depth: number,
  { data, archive, manifest }: Parts,
): Promise<SnapshotDocument> {
  const counter = await context.counters.findOneAndUpdate(
    { _id: 'snapshot' },
    { $inc: { value: 1 } },
    { upsert: true, returnDocument: 'after' },
  )
  return {
    _id: snapshotId,
    owner,
    taskId,
    number: counter?.value ?? 0,
    agent,
    baseId: baseId ?? null,
    depth,
    state: 'pending',
    data,
    archiveId: archive.blobId,
    archiveBytes: archive.bytes,
    manifestId: manifest.blobId,
    manifestBytes: manifest.bytes,
    fence: fence ?? null,
    createdAt: new Date(await serverTime(context)),
    heldUntil: null,
    removal: null,
  }
}

/** @returns how many snapshots lie below it */
async function assertInsertable(
  { tasks, snapshots }: MongoContext,
  { owner, taskId, baseId, fence }: NewSnapshot,
): Promise<number> {
  const task = await tasks.findOne({ _id: taskIdOf({ owner, taskId }) })
  assertTaskFence({ owner, taskId }, task?.fence, fence)
  if (baseId === undefined) return 0
  const base = await snapshots.findOne({ _id: baseId, owner, taskId, state: 'good', removal: null })
  if (!base) throw noBase(baseId)
  return base.depth + 1
}
