import { checkId, checkWord } from '../store/check.ts'
import type { MongoContext } from './mongo-context.ts'

export async function leaveQueue(
  { waiters }: MongoContext,
  { owner, ticket }: { readonly owner: string; readonly ticket: string },
): Promise<void> {
  checkWord('owner', owner)
  checkId('ticket', ticket)
  await waiters.deleteOne({ _id: ticket, owner })
}
