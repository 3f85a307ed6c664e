import { checkDeliverableFilter } from '../store/deliverable-input.ts'
import type { DeliverableFilter, DeliverableRecord } from '../store/deliverable.ts'
import { toDeliverable } from './deliverable-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function listDeliverables(
  { db }: SqliteContext,
  filter: DeliverableFilter,
): Promise<readonly DeliverableRecord[]> {
  checkDeliverableFilter(filter)
  const { owner, taskId, path } = filter
  return db.read(({ all }) =>
    all(
      `SELECT * FROM deliverables
       WHERE owner = ?1 AND (?2 IS NULL OR task_id = ?2) AND (?3 IS NULL OR path = ?3) ORDER BY number`,
      owner,
      taskId ?? null,
      path ?? null,
    ).map(toDeliverable),
  )
}
