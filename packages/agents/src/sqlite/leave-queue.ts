import { checkId, checkWord } from '../store/check.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function leaveQueue(
  { db }: SqliteContext,
  { owner, ticket }: { readonly owner: string; readonly ticket: string },
): Promise<void> {
  checkWord('owner', owner)
  checkId('ticket', ticket)
  await db.write(({ run }) => run('DELETE FROM waiters WHERE owner = ? AND ticket = ?', owner, ticket))
}
