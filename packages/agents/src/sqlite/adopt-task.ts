import { orchestratorGone, taskAdopted, taskIsDriven } from '../store/refusals.ts'
import { checkAdoption } from '../store/task-input.ts'
import type { TaskKey, TaskRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { isGone, isOrchestratorAlive, taskRow, toTask } from './task-row.ts'

export async function adoptTask(
  { db }: SqliteContext,
  key: TaskKey,
  adoption: { readonly orchestrator: string; readonly fence: number },
): Promise<TaskRecord> {
  checkAdoption(key, adoption)
  return db.write((statements) => {
    const { run, now } = statements
    const row = taskRow(statements, key)
    if (row.fence !== adoption.fence) throw taskAdopted(key)
    if (!isOrchestratorAlive(statements, adoption.orchestrator)) throw orchestratorGone(adoption.orchestrator)
    if (!isGone(row, now)) throw taskIsDriven(key)
    // From here on it can't come back: what it drove has another driver.
    run('UPDATE orchestrators SET gone = 1 WHERE id = ?', row.orchestrator)
    run(
      `UPDATE tasks SET orchestrator = ?, fence = fence + 1, version = version + 1, updated_at = ?
       WHERE owner = ? AND id = ?`,
      adoption.orchestrator,
      now,
      key.owner,
      key.taskId,
    )
    return toTask(taskRow(statements, key), now)
  })
}
