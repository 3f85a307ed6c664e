import { ConversationError, type Command, type ConversationState, type Grant } from '@x/agents/conversation'
import { isWithin } from '../posture/grants.ts'

/** The command that `grant` would let through. @throws ConversationError `not-grantable` */
export function refusedCommand(state: ConversationState, itemId: string, grant: Grant): Command {
  const item = state.turns.flatMap(({ items }) => items).findLast(({ id }) => id === itemId)
  const refuse = (why: string): never => {
    throw new ConversationError('not-grantable', why)
  }
  if (item?.type !== 'command' || !item.refusal) return refuse('the sandbox did not refuse that')
  const { refusal } = item
  if (!refusal.grant) return refuse('what was refused may never be granted')
  if ('network' in grant || 'network' in refusal.grant) {
    if (!('network' in grant && 'network' in refusal.grant)) return refuse('something else stood in its way')
    return item
  }
  const isMore = refusal.grant.mode === 'write' && grant.mode === 'read'
  if (isMore || !isWithin(grant.path, refusal.grant.path)) return refuse('something else stood in its way')
  return item
}

/** What the agent is told. */
export function tellGrant({ command }: Command, grant: Grant): string {
  const what =
    'network' in grant
      ? 'Commands have network access now.'
      : `Commands may ${grant.mode === 'write' ? 'write in' : 'read'} ${grant.path} now.`
  return `${what} Try this again:\n\n${command}`
}
