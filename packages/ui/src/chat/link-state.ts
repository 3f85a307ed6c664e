import type { Link, SessionStatus } from '@x/agents/conversation'
import type { ConnectionStatus } from '../connection/feed-connection.ts'
import type { MarkKind } from '../theme/mark.tsx'

/** How the page stands to the agent, over both ways: page to server, and server to agent. */
export interface LinkState {
  readonly state: 'live' | 'connecting' | 'reconnecting' | 'ended'
  readonly mark: MarkKind
  readonly words: string
  /** More, for whoever asks. */
  readonly detail?: string
}

/** The weaker of the two ways decides; an end is final. */
export function linkState(
  status: SessionStatus,
  connection: ConnectionStatus,
  link: Link | undefined,
): LinkState {
  if (status.state === 'ended' || link?.state === 'ended') {
    const fault = link?.state === 'ended' ? link.fault : undefined
    return { state: 'ended', mark: 'ended', words: 'ended', ...(fault && { detail: fault.message }) }
  }
  if (status.state === 'failed') return { state: 'ended', mark: 'failed', words: 'failed' }
  if (connection.state === 'reconnecting')
    return {
      state: 'reconnecting',
      mark: 'waiting',
      words: `reconnecting (attempt ${connection.attempt})`,
      detail: 'The server does not answer. What is shown is what was last known.',
    }
  if (status.state === 'starting') return { state: 'connecting', mark: 'waiting', words: 'starting' }
  if (connection.state === 'closed' && connection.reason === 'ended')
    return { state: 'ended', mark: 'ended', words: 'ended' }
  if (connection.state !== 'live' || link === undefined)
    return { state: 'connecting', mark: 'waiting', words: 'connecting' }
  if (link.state === 'reconnecting')
    return {
      state: 'reconnecting',
      mark: 'waiting',
      words: `agent: reconnecting (attempt ${link.attempt})`,
      detail: link.reason,
    }
  return { state: 'live', mark: 'done', words: 'live' }
}
