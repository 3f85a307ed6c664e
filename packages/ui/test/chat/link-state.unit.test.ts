import { expect, test } from 'vitest'
import type { Link, SessionStatus } from '@x/agents/conversation'
import { linkState } from '../../src/chat/link-state.ts'
import type { ConnectionStatus } from '../../src/connection/feed-connection.ts'

const READY: SessionStatus = { state: 'ready', turn: 'idle', needsYou: 0 }
const LIVE: ConnectionStatus = { state: 'live' }
const LOST: ConnectionStatus = { state: 'reconnecting', attempt: 4 }
const OVER: ConnectionStatus = { state: 'closed', reason: 'ended' }
const AGENT_LOST: Link = { state: 'reconnecting', attempt: 2, reason: 'timed out' }

test.each<[string, SessionStatus, ConnectionStatus, ConnectionStatus, Link | undefined, string, string]>([
  ['all is good', READY, LIVE, LIVE, { state: 'live' }, 'live', 'live'],
  ['nothing came yet', READY, LIVE, LIVE, undefined, 'connecting', 'connecting'],
  ['the feed is gone', READY, LIVE, LOST, { state: 'live' }, 'reconnecting', 'reconnecting (attempt 4)'],
  [
    'the server is gone after an end',
    READY,
    LOST,
    OVER,
    { state: 'ended' },
    'reconnecting',
    'reconnecting (attempt 4)',
  ],
  ['the agent is gone', READY, LIVE, LIVE, AGENT_LOST, 'reconnecting', 'agent: reconnecting (attempt 2)'],
  ['it starts', { state: 'starting', doing: 'x' }, LIVE, LIVE, undefined, 'connecting', 'starting'],
  ['it is over', { state: 'ended' }, LOST, LOST, { state: 'live' }, 'ended', 'ended'],
  ['its agent is over', READY, LIVE, LIVE, { state: 'ended' }, 'ended', 'ended'],
  ['its feed is over', READY, LIVE, OVER, { state: 'live' }, 'ended', 'ended'],
  ['it failed', { state: 'failed', fault: { message: 'x' } }, LIVE, LIVE, undefined, 'ended', 'failed'],
])('%s', (_what, status, list, feed, link, state, words) => {
  expect(linkState({ status, list, feed, link })).toMatchObject({ state, words })
})
