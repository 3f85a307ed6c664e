import { checkCount } from '../store/check.ts'
import { taskAdopted } from '../store/refusals.ts'
import { checkTaskKey } from '../store/task-input.ts'
import type { TaskKey } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function deleteTask(
  { db }: SqliteContext,
  key: TaskKey,
  { fence }: { readonly fence: number },
): Promise<void> {
  checkTaskKey(key)
  checkCount('fence', fence)
  await db.write(({ get, run }) => {
    const row = get('SELECT fence FROM tasks WHERE owner = ? AND id = ?', key.owner, key.taskId)
    if (row && row['fence'] !== fence) throw taskAdopted(key)
    run('DELETE FROM tasks WHERE owner = ? AND id = ?', key.owner, key.taskId)
    run('DELETE FROM journal_runs WHERE owner = ? AND task_id = ?', key.owner, key.taskId)
  })
}
