import { checkMs } from '../store/check.ts'
import type { HandleFilter } from '../store/handle.ts'
import { checkHandleFilter } from '../store/refresh-input.ts'
import { goodHandles } from './handle-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function extendHandles(
  { db }: SqliteContext,
  filter: HandleFilter,
  { lifetimeMs }: { readonly lifetimeMs: number },
): Promise<number> {
  checkHandleFilter(filter)
  checkMs('lifetimeMs', lifetimeMs)
  return db.write(({ run, now }) => {
    const { where, values } = goodHandles(filter, now)
    return run(`UPDATE handles SET expires_at = ? WHERE ${where}`, now + lifetimeMs, ...values)
  })
}
