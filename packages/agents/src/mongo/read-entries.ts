import { checkJournalFilter } from '../store/journal-input.ts'
import type { JournalEntry, JournalFilter, JournalKey } from '../store/journal.ts'
import { runIdOf, toEntry, visibleEntries } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function readEntries(
  { runs, entries }: MongoContext,
  key: JournalKey,
  filter: JournalFilter = {},
): Promise<readonly JournalEntry[]> {
  checkJournalFilter(key, filter)
  const { states, type, limit } = filter
  const run = await runs.findOne({ _id: runIdOf(key), state: 'open' })
  if (!run || limit === 0) return []
  const wanted = [
    visibleEntries(run),
    ...(states ? [{ state: { $in: [...states] } }] : []),
    ...(type === undefined ? [] : [{ type }]),
  ]
  const newestFirst = await entries
    .find({ $and: wanted })
    .sort({ position: -1, createdAt: -1, id: -1 })
    .limit(limit ?? 0)
    .toArray()
  return newestFirst.map((document) => toEntry(key, document)).toReversed()
}
