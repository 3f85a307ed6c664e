import { checkMessage } from '../store/journal-input.ts'
import type { Fenced, JournalEntry, JournalKey } from '../store/journal.ts'
import { taskAdopted } from '../store/refusals.ts'
import { assertDriver, entryIdOf, findRun, toEntry } from './journal-document.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { isDuplicate } from './mongo-errors.ts'

export async function postMessage(
  context: MongoContext,
  key: JournalKey,
  message: Fenced & { readonly id: string; readonly text: string },
): Promise<JournalEntry> {
  checkMessage(key, message)
  const { id, text, fence } = message
  const { entries } = context
  const _id = entryIdOf(key, id)
  await assertDriver(context, key, fence)
  const run = await findRun(context, key, fence)
  const { owner, taskId } = key
  const rest = { owner, taskId, runId: run._id, id, position: run.next, type: 'message', data: '{}' } as const
  const createdAt = new Date(await serverTime(context))
  try {
    await entries.insertOne({ ...rest, _id, state: 'posting', reply: text, fence: run.fence, createdAt })
  } catch (error) {
    // It is there already, or who posted it died before it counted.
    if (!isDuplicate(error)) throw error
  }
  // An adoption either removes it while it is posting, or is seen here.
  await findRun(context, key, fence)
  await entries.updateOne({ _id, state: 'posting', fence: run.fence }, { $set: { state: 'answered' } })
  const posted = await entries.findOne({ _id, state: { $ne: 'posting' } })
  if (!posted) throw taskAdopted(key)
  return toEntry(key, posted)
}
