import type { HandleFilter, HandleRecord } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles, toHandle } from './handle-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function listHandles(
  { db }: SqliteContext,
  filter: HandleFilter,
): Promise<readonly HandleRecord[]> {
  checkHandleFilter(filter)
  return db.read(({ all, now }) => {
    const { where, values } = goodHandles(filter, now)
    return all(`SELECT * FROM handles WHERE ${where} ORDER BY created_at, hash`, ...values).map(toHandle)
  })
}
