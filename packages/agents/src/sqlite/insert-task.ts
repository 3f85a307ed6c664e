import { orchestratorGone, taskExists } from '../store/refusals.ts'
import { checkNewTask } from '../store/task-input.ts'
import type { NewTask, TaskRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { isOrchestratorAlive, taskRow, toTask } from './task-row.ts'

export async function insertTask({ db }: SqliteContext, task: NewTask): Promise<TaskRecord> {
  const { data } = checkNewTask(task)
  return db.write((statements) => {
    const { run, now } = statements
    if (!isOrchestratorAlive(statements, task.orchestrator)) throw orchestratorGone(task.orchestrator)
    const inserted = run(
      `INSERT INTO tasks (owner, id, orchestrator, fence, version, data, created_at, updated_at)
       VALUES (?1, ?2, ?3, 1, 1, ?4, ?5, ?5) ON CONFLICT DO NOTHING`,
      task.owner,
      task.taskId,
      task.orchestrator,
      data,
      now,
    )
    if (inserted === 0) throw taskExists(task)
    return toTask(taskRow(statements, task), now)
  })
}
