import type { SubAgent } from '@x/agents/conversation'
import type { Thread } from '@x/codex-appserver'

type State = SubAgent['status']

/** Whether it works, or waits to go on. */
export function isBusy({ status }: SubAgent): boolean {
  return status === 'running' || status === 'waiting'
}

/** `undefined` for one that does nothing now. */
export function threadStatus(status: Thread['status']): State | undefined {
  switch (status.type) {
    case 'active':
      return status.activeFlags.length > 0 ? 'waiting' : 'running'
    case 'systemError':
      return 'failed'
    default:
      return undefined
  }
}

/** `undefined` for a word that was passed to it: whether it does anything about that is told by its turns. */
export function activityStatus(kind: string): State | undefined {
  if (kind === 'started') return 'running'
  if (kind === 'completed') return 'done'
  return kind === 'interrupted' ? 'failed' : undefined
}

/** `undefined` for what a later version may say. */
export function agentStatus(status: string): State | undefined {
  switch (status) {
    case 'pendingInit':
    case 'running':
      return 'running'
    case 'completed':
    case 'shutdown':
      return 'done'
    case 'interrupted':
    case 'errored':
    case 'notFound':
      return 'failed'
    default:
      return undefined
  }
}
