import { checkSettled } from '../store/journal-input.ts'
import type { Fenced, JournalKey } from '../store/journal.ts'
import { assertDriver, entryIdOf, findRun, visibleEntries } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function settleEntries(
  context: MongoContext,
  key: JournalKey,
  options: Fenced & { readonly ids: readonly string[] },
): Promise<void> {
  checkSettled(key, options)
  const { ids, fence } = options
  await assertDriver(context, key, fence)
  const run = await findRun(context, key, fence)
  const mine = { _id: { $in: ids.map((id) => entryIdOf(key, id)) }, fence: run.fence }
  await context.entries.updateMany({ $and: [visibleEntries(run), mine] }, { $set: { state: 'settled' } })
  // An adoption in between has raised the number, and the change has met nothing.
  await findRun(context, key, fence)
}
