import { expect, test } from 'vitest'
import type { Link, SessionStatus } from '@x/agents/conversation'
import { linkState } from '../../src/chat/link-state.ts'
import type { ConnectionStatus } from '../../src/connection/feed-connection.ts'

const READY: SessionStatus = { state: 'ready', turn: 'idle', needsYou: 0 }
const LIVE: ConnectionStatus = { state: 'live' }
const LOST: ConnectionStatus = { state: 'reconnecting', attempt: 4 }
const AGENT_LOST: Link = { state: 'reconnecting', attempt: 2, reason: 'timed out' }

test.each<[string, SessionStatus, ConnectionStatus, Link | undefined, string, string]>([
  ['both ways are good', READY, LIVE, { state: 'live' }, 'live', 'live'],
  ['nothing came yet', READY, LIVE, undefined, 'connecting', 'connecting'],
  ['the server is gone', READY, LOST, { state: 'live' }, 'reconnecting', 'reconnecting (attempt 4)'],
  ['the agent is gone', READY, LIVE, AGENT_LOST, 'reconnecting', 'agent: reconnecting (attempt 2)'],
  ['it starts', { state: 'starting', doing: 'x' }, LIVE, undefined, 'connecting', 'starting'],
  ['it is over', { state: 'ended' }, LOST, { state: 'live' }, 'ended', 'ended'],
  ['its agent is over', READY, LOST, { state: 'ended' }, 'ended', 'ended'],
  ['its feed is over', READY, { state: 'closed', reason: 'ended' }, { state: 'live' }, 'ended', 'ended'],
  ['it failed', { state: 'failed', fault: { message: 'x' } }, LIVE, undefined, 'ended', 'failed'],
])('%s', (_what, status, connection, link, state, words) => {
  expect(linkState(status, connection, link)).toMatchObject({ state, words })
})
