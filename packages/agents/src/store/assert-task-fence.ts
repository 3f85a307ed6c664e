import { noTask, taskAdopted } from './refusals.ts'
import type { TaskKey } from './task-record.ts'

/**
 * Whoever writes for a task that has a record carries that record's number; for one that has none, there is nothing to
 * carry.
 * @param has of the record; `undefined` when there is none
 * @throws StoreError `lease-lost`, `not-found`
 */
export function assertTaskFence(key: TaskKey, has: number | undefined, fence: number | undefined): void {
  if (has === fence) return
  throw has === undefined ? noTask(key) : taskAdopted(key)
}
