import type { SnapshotRecord } from '../store/snapshot-record.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toSnapshot } from './snapshot-document.ts'

export async function newestSnapshot(
  context: MongoContext,
  key: TaskKey,
): Promise<SnapshotRecord | undefined> {
  checkTaskKey(key)
  const { owner, taskId } = key
  const [document] = await context.snapshots
    .find({ owner, taskId, state: 'good' })
    .sort({ number: -1 })
    .limit(1)
    .toArray()
  return document && toSnapshot(document, await serverTime(context))
}
