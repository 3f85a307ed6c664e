import { checkJournalKey } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import { assertDriver, findRun, runIdOf, toRun } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function readyRun(context: MongoContext, key: JournalKey, options: Fenced): Promise<JournalRun> {
  checkJournalKey(key, options)
  const { fence } = options
  await assertDriver(context, key, fence)
  await context.runs.updateOne(
    { _id: runIdOf(key), state: 'open', fence: fence ?? null, ready: false },
    { $set: { ready: true }, $currentDate: { updatedAt: true } },
  )
  return toRun(await findRun(context, key, fence))
}
