import { checkTaskFilter } from '../store/task-input.ts'
import type { TaskFilter, TaskRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { SELECT_TASKS, toTask, toTaskRow } from './task-row.ts'

export async function listTasks(
  { db }: SqliteContext,
  filter: TaskFilter = {},
): Promise<readonly TaskRecord[]> {
  checkTaskFilter(filter)
  const { owner = null, orchestrator = null, orphaned } = filter
  return db.read(({ all, now }) =>
    all(
      `${SELECT_TASKS}
       WHERE (?1 IS NULL OR tasks.owner = ?1) AND (?2 IS NULL OR tasks.orchestrator = ?2)
       ORDER BY tasks.created_at, tasks.owner, tasks.id`,
      owner,
      orchestrator,
    )
      .map((row) => toTask(toTaskRow(row), now))
      .filter((task) => orphaned === undefined || task.orphaned === orphaned),
  )
}
