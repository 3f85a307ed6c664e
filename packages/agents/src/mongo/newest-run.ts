import type { JournalRun } from '../store/journal.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import { toRun } from './journal-document.ts'
import type { MongoContext } from './mongo-context.ts'

export async function newestRun({ runs }: MongoContext, key: TaskKey): Promise<JournalRun | undefined> {
  checkTaskKey(key)
  const { owner, taskId } = key
  const [newest] = await runs.find({ owner, taskId, state: 'open' }).sort({ number: -1 }).limit(1).toArray()
  return newest && toRun(newest)
}
