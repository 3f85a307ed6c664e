import { checkJournalKey } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import { taskAdopted } from '../store/refusals.ts'
import { assertDriver, raiseFence, runIdOf, toRun } from './journal-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { isDuplicate } from './mongo-errors.ts'

export async function beginRun(context: MongoContext, key: JournalKey, options: Fenced): Promise<JournalRun> {
  checkJournalKey(key, options)
  const { fence } = options
  await assertDriver(context, key, fence)
  // What an adopter that died on the way has not done.
  if (fence !== undefined) await raiseFence(context, key, fence)
  await insertPending(context, key, fence ?? null)
  // An adoption either removes it while it is pending, or is seen here.
  await assertDriver(context, key, fence)
  const open = await context.runs.findOneAndUpdate(
    { _id: runIdOf(key), fence: fence ?? null },
    { $set: { state: 'open' } },
    { returnDocument: 'after' },
  )
  if (!open) throw taskAdopted(key)
  return toRun(open)
}

async function insertPending(context: MongoContext, key: JournalKey, fence: number | null): Promise<void> {
  const { owner, taskId, run } = key
  const { runs, counters } = context
  if (await runs.findOne({ _id: runIdOf(key) }, { projection: { _id: 1 } })) return
  const counter = await counters.findOneAndUpdate(
    { _id: 'run' },
    { $inc: { value: 1 } },
    { upsert: true, returnDocument: 'after' },
  )
  const now = new Date(await serverTime(context))
  try {
    await runs.insertOne({
      _id: runIdOf(key),
      owner,
      taskId,
      run,
      number: counter?.value ?? 0,
      state: 'pending',
      next: 0,
      ready: false,
      entries: 0,
      outcome: null,
      fence,
      createdAt: now,
      updatedAt: now,
    })
  } catch (error) {
    // Begun twice at once.
    if (!isDuplicate(error)) throw error
  }
}
