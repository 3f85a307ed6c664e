import type { HandleFilter } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles } from './handle-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function revokeHandles({ db }: SqliteContext, filter: HandleFilter): Promise<number> {
  checkHandleFilter(filter)
  return db.write(({ run, now }) => {
    const { where, values } = goodHandles(filter, now)
    return run(`DELETE FROM handles WHERE ${where}`, ...values)
  })
}
