import type { Filter } from 'mongodb'
import { assertTaskFence } from '../store/assert-task-fence.ts'
import type { JournalEntry, JournalKey, JournalRun } from '../store/journal.ts'
import type { JsonObject } from '../store/json.ts'
import { noRun, taskAdopted } from '../store/refusals.ts'
import type { TaskKey } from '../store/task-record.ts'
import type { MongoContext } from './mongo-context.ts'
import type { EntryDocument, RunDocument } from './mongo-documents.ts'
import { taskIdOf } from './task-document.ts'

// Only one document at a time can be written. What counts of a run is its own document: how far it was read, and the
// task's number. Entries of lines come before it and are seen once it says that it was read beyond them; messages are
// `posting` first. Whoever adopts the task sets the number in both, and removes what is posting.

export function runIdOf(key: JournalKey): string {
  return `${key.run}/${taskIdOf(key)}`
}

export function entryIdOf(key: JournalKey, id: string): string {
  return `${id}/${runIdOf(key)}`
}

/** @throws StoreError `lease-lost`, `not-found` */
export async function assertDriver(
  { tasks }: MongoContext,
  { owner, taskId }: TaskKey,
  fence: number | undefined,
): Promise<void> {
  const task = await tasks.findOne({ _id: taskIdOf({ owner, taskId }) })
  assertTaskFence({ owner, taskId }, task?.fence, fence)
}

/** As it may be written under this number. @throws StoreError `not-found`, `lease-lost` */
export async function findRun(
  { runs }: MongoContext,
  key: JournalKey,
  fence: number | undefined,
): Promise<RunDocument> {
  const document = await runs.findOne({ _id: runIdOf(key), state: 'open' })
  if (!document) throw noRun(key)
  if (document.fence !== (fence ?? null)) throw taskAdopted(key)
  return document
}

/** What a change under a lower number meets no more. */
export async function raiseFence(
  { runs, entries, deliverables }: MongoContext,
  { owner, taskId }: TaskKey,
  fence: number,
): Promise<void> {
  const lower = { owner, taskId, $or: [{ fence: null }, { fence: { $lt: fence } }] }
  await runs.deleteMany({ ...lower, state: 'pending' })
  await runs.updateMany(lower, { $set: { fence } })
  await entries.deleteMany({ ...lower, state: 'posting' })
  await entries.updateMany({ ...lower, state: { $in: ['pending', 'answered'] } }, { $set: { fence } })
  await deliverables.deleteMany({ ...lower, state: 'pending' })
}

/** Entries that readers see. */
export function visibleEntries(run: RunDocument): Filter<EntryDocument> {
  return {
    runId: run._id,
    state: { $ne: 'posting' },
    $or: [{ type: 'message' }, { position: { $lt: run.next } }],
  }
}

export function toRun(document: RunDocument): JournalRun {
  return {
    owner: document.owner,
    taskId: document.taskId,
    run: document.run,
    number: document.number,
    next: document.next,
    ...(typeof document.mark === 'number' && { mark: document.mark }),
    // Of older runs nobody knows; that they go on is what they were used to.
    isReady: document.ready ?? true,
    ...(document.outcome !== null && { outcome: JSON.parse(document.outcome) as JsonObject }),
    createdAt: document.createdAt.getTime(),
    updatedAt: document.updatedAt.getTime(),
  }
}

export function toEntry({ owner, taskId, run }: JournalKey, document: EntryDocument): JournalEntry {
  return {
    owner,
    taskId,
    run,
    id: document.id,
    offset: document.position,
    type: document.type,
    data: JSON.parse(document.data) as JsonObject,
    state: document.state === 'posting' ? 'answered' : document.state,
    ...(document.reply !== null && { reply: document.reply }),
    createdAt: document.createdAt.getTime(),
  }
}
