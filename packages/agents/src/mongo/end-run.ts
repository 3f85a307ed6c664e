import { checkOutcome } from '../store/journal-input.ts'
import type { Fenced, JournalKey, JournalRun } from '../store/journal.ts'
import type { JsonObject } from '../store/json.ts'
import { assertDriver, findRun, runIdOf, toRun } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function endRun(
  context: MongoContext,
  key: JournalKey,
  options: Fenced & { readonly outcome: JsonObject },
): Promise<JournalRun> {
  const outcome = checkOutcome(key, options)
  const { fence } = options
  await assertDriver(context, key, fence)
  await context.runs.updateOne(
    { _id: runIdOf(key), state: 'open', fence: fence ?? null, outcome: null },
    { $set: { outcome }, $currentDate: { updatedAt: true } },
  )
  return toRun(await findRun(context, key, fence))
}
