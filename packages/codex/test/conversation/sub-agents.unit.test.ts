import { emptyConversation, Feed } from '@x/agents/conversation'
import type { KnownNotification } from '@x/codex-appserver'
import { describe, expect, test } from 'vitest'
import { SubAgents } from '../../src/conversation/sub-agents.ts'
import { RequestClient } from './request-client.ts'

const thread = (id: string, parentThreadId: string | null, agentNickname: string | null = null) => ({
  id,
  parentThreadId,
  agentNickname,
  path: `/${id}.jsonl`,
  status: { type: 'active', activeFlags: [] },
})

function follow(...threads: readonly Readonly<Record<string, unknown>>[]) {
  const feed = new Feed(emptyConversation('main', '/work'))
  const agents = new SubAgents({ feed, threadId: () => 'main' })
  const { client } = new RequestClient(threads)
  const tell = (method: string, params: unknown): void =>
    agents.observe(client, { method, params } as unknown as KnownNotification)
  return { feed, agents, client, tell }
}

const spawned = (id: string, status = 'pendingInit') => ({
  type: 'collabAgentToolCall',
  id: 'call',
  tool: 'spawnAgent',
  status: 'completed',
  receiverThreadIds: [id],
  agentsStates: { [id]: { status, message: null } },
})
const said = (text: string) => ({ type: 'agentMessage', id: 'm', text })

describe('the agents of the agent', () => {
  test('are followed from their beginning to their last words', async () => {
    const { feed, tell } = follow(thread('a', 'main', 'Ada'))
    tell('item/completed', { threadId: 'main', turnId: 't', item: spawned('a') })
    expect(feed.state.agents).toEqual([{ id: 'a', status: 'running' }])
    await new Promise((resolve) => setImmediate(resolve))
    expect(feed.state.agents).toEqual([{ id: 'a', status: 'running', name: 'Ada' }])
    tell('thread/status/changed', {
      threadId: 'a',
      status: { type: 'active', activeFlags: ['waitingOnApproval'] },
    })
    expect(feed.state.agents).toMatchObject([{ status: 'waiting' }])
    tell('item/completed', { threadId: 'a', turnId: 'u', item: said('x'.repeat(5000)) })
    tell('turn/completed', { threadId: 'a', turn: { id: 'u', items: [], status: 'completed' } })
    tell('thread/status/changed', { threadId: 'a', status: { type: 'idle' } })
    expect(feed.state.agents[0]).toMatchObject({ status: 'done', name: 'Ada' })
    expect(feed.state.agents[0]?.lastMessage).toHaveLength(4096)
    expect(feed.state.turns).toEqual([])
  })

  test('are known by their path where they have one', () => {
    const { feed, tell } = follow()
    const activity = { type: 'subAgentActivity', id: 's', agentThreadId: 'a', agentPath: '/root/helper' }
    tell('item/completed', { threadId: 'main', turnId: 't', item: { ...activity, kind: 'started' } })
    tell('item/completed', { threadId: 'main', turnId: 't', item: { ...activity, kind: 'interrupted' } })
    expect(feed.state.agents).toEqual([{ id: 'a', name: 'helper', status: 'failed' }])
  })

  test('may have agents of their own', async () => {
    const { agents, client } = follow(thread('b', 'a'), thread('a', 'main'), thread('z', 'y'))
    expect(await agents.whose(client, 'b')).toEqual({ agent: { id: 'b', rolloutPath: '/b.jsonl' } })
    expect(await agents.whose(client, 'z')).toBeUndefined()
    expect(await agents.whose(client, 'main')).toEqual({})
  })

  test('do not include the threads of others', () => {
    const { feed, tell } = follow()
    tell('thread/started', { thread: thread('other', null) })
    tell('turn/started', { threadId: 'other', turn: { id: 'u', items: [], status: 'inProgress' } })
    tell('item/completed', { threadId: 'other', turnId: 'u', item: spawned('c') })
    expect(feed.state.agents).toEqual([])
  })

  test('tell what they want to change as long as they do', async () => {
    const { agents, tell } = follow(thread('a', 'main'))
    tell('item/completed', { threadId: 'main', turnId: 't', item: spawned('a') })
    const change = { path: '/work/x', kind: { type: 'add' }, diff: 'x' }
    const item = { type: 'fileChange', id: 'f', status: 'inProgress', changes: [change] }
    tell('item/started', { threadId: 'a', turnId: 'u', item })
    expect(agents.changesOf('a', 'f')).toEqual([{ path: '/work/x', kind: 'add', diff: 'x' }])
    tell('item/completed', { threadId: 'a', turnId: 'u', item })
    expect(agents.changesOf('a', 'f')).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('are a bounded number', () => {
    const { feed, tell } = follow()
    for (let n = 0; n < 150; n += 1)
      tell('item/completed', { threadId: 'main', turnId: 't', item: spawned(`a${String(n)}`, 'completed') })
    expect(feed.state.agents).toHaveLength(100)
    expect(feed.state.agents.at(-1)?.id).toBe('a149')
  })

  test('are not shaken by what is not as it should be', () => {
    const { feed, tell } = follow()
    for (const params of [
      undefined,
      {},
      { threadId: 'main' },
      { threadId: 'main', item: { type: 'collabAgentToolCall' } },
    ])
      tell('item/completed', params)
    expect(feed.state.agents).toEqual([])
  })
})
