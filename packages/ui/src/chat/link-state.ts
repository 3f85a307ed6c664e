import type { Fault, Link, SessionStatus } from '@x/agents/conversation'
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

export interface LinkParts {
  readonly status: SessionStatus
  /** The page's feed of all sessions. */
  readonly list: ConnectionStatus
  /** The page's feed of this session. */
  readonly feed: ConnectionStatus
  /** What the server says of the agent; undefined until it has. */
  readonly link: Link | undefined
}

/** The weakest part decides. While the server is gone nothing else counts: an end that it told may be taken back. */
export function linkState({ status, list, feed, link }: LinkParts): LinkState {
  if (status.state === 'failed') return { state: 'ended', mark: 'failed', words: 'failed' }
  if (status.state === 'ended') return ended(status.fault)
  const attempt = Math.max(attemptOf(list), attemptOf(feed))
  if (attempt > 0)
    return {
      state: 'reconnecting',
      mark: 'waiting',
      words: `reconnecting (attempt ${attempt})`,
      detail: 'The server does not answer. What is shown is what was last known.',
    }
  if (status.state === 'starting') return { state: 'connecting', mark: 'waiting', words: 'starting' }
  if (link?.state === 'ended') return ended(link.fault)
  if (feed.state === 'closed' && feed.reason === 'ended') return ended(undefined)
  if (feed.state !== 'live' || link === undefined)
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

function attemptOf(connection: ConnectionStatus): number {
  return connection.state === 'reconnecting' ? connection.attempt : 0
}

function ended(fault: Fault | undefined): LinkState {
  return { state: 'ended', mark: 'ended', words: 'ended', ...(fault && { detail: fault.message }) }
}
