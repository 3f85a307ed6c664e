import { checkAnswer } from '../store/journal-input.ts'
import type { Fenced, JournalEntry, JournalKey } from '../store/journal.ts'
import { noEntry } from '../store/refusals.ts'
import { assertDriver, entryIdOf, findRun, toEntry, visibleEntries } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function answerEntry(
  context: MongoContext,
  key: JournalKey,
  answer: Fenced & { readonly id: string; readonly reply: string },
): Promise<JournalEntry> {
  checkAnswer(key, answer)
  const { id, reply, fence } = answer
  const _id = entryIdOf(key, id)
  await assertDriver(context, key, fence)
  const run = await findRun(context, key, fence)
  const visible = visibleEntries(run)
  await context.entries.updateOne(
    { $and: [visible, { _id, state: 'pending', fence: run.fence }] },
    { $set: { state: 'answered', reply } },
  )
  const after = await context.entries.findOne({ $and: [visible, { _id }] })
  if (!after) throw noEntry(key, id)
  // An adoption in between has raised the number, and the change has met nothing.
  if (after.state === 'pending') await findRun(context, key, fence)
  return toEntry(key, after)
}
