import { checkBatch, type CheckedEntry } from '../store/journal-input.ts'
import { KEPT_ENTRIES, type JournalBatch, type JournalKey, type JournalRun } from '../store/journal.ts'
import { runMoved } from '../store/refusals.ts'
import { assertDriver, entryIdOf, findRun, runIdOf, toRun } from './journal-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import type { EntryDocument, RunDocument } from './mongo-documents.ts'
import { isDuplicate } from './mongo-errors.ts'

/** As often as this, so that the count costs little. */
const FORGET_EVERY = 500

/** Entries lie beyond what was read, where nobody looks, until the run's own document says in one step that it was read. */
export async function recordEntries(
  context: MongoContext,
  key: JournalKey,
  batch: JournalBatch,
): Promise<JournalRun> {
  const entries = checkBatch(key, batch)
  const { from, next, mark = null, fence } = batch
  await assertDriver(context, key, fence)
  const before = await findRun(context, key, fence)
  if (before.next !== from) return recorded(key, before, batch)
  if (entries.length > 0) await insertAll(context, key, before, entries)
  const after = await context.runs.findOneAndUpdate(
    { _id: runIdOf(key), fence: fence ?? null, next: from },
    {
      $set: { next, mark },
      $inc: { entries: entries.length },
      $currentDate: { updatedAt: true },
    },
    { returnDocument: 'after' },
  )
  if (!after) return recorded(key, await findRun(context, key, fence), batch)
  const [had, has] = [before.entries, after.entries].map((count) => Math.floor(count / FORGET_EVERY))
  if (had !== has) await forgetOldest(context, after)
  return toRun(after)
}

/** Its answer was lost, and it comes again; anything else is refused. */
function recorded(key: JournalKey, run: RunDocument, { from, next }: JournalBatch): JournalRun {
  if (run.next >= next && run.next !== from) return toRun(run)
  throw runMoved(key, run.next, from)
}

async function insertAll(
  context: MongoContext,
  key: JournalKey,
  run: RunDocument,
  checked: readonly CheckedEntry[],
): Promise<void> {
  const createdAt = new Date(await serverTime(context))
  const { owner, taskId } = key
  const documents = checked.map(({ offset, ...entry }): EntryDocument => ({
    ...entry,
    _id: entryIdOf(key, entry.id),
    runId: run._id,
    owner,
    taskId,
    position: offset,
    reply: null,
    fence: run.fence,
    createdAt,
  }))
  try {
    await context.entries.insertMany(documents)
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Somebody died here, or was replaced, before they were seen. Who has replaced us is left alone.
    await context.entries.deleteMany({
      runId: run._id,
      type: { $ne: 'message' },
      position: { $gte: run.next },
      ...(run.fence !== null && { $or: [{ fence: null }, { fence: { $lte: run.fence } }] }),
    })
    await context.entries.insertMany(documents)
  }
}

async function forgetOldest({ entries }: MongoContext, { _id }: RunDocument): Promise<void> {
  const [oldest] = await entries
    .find({ runId: _id })
    .sort({ position: -1 })
    .skip(KEPT_ENTRIES - 1)
    .limit(1)
    .toArray()
  if (oldest) await entries.deleteMany({ runId: _id, state: 'settled', position: { $lt: oldest.position } })
}
