import { emptyConversation, Feed, type Approval } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { Approvals, type ApprovalsOptions } from '../../src/conversation/approvals.ts'
import { GivenGrants } from '../../src/conversation/given-grants.ts'
import { SubAgents } from '../../src/conversation/sub-agents.ts'
import { RequestClient } from './request-client.ts'

const METHOD = 'item/commandExecution/requestApproval'
const base = { threadId: 'mine', turnId: 't', itemId: 'i', startedAtMs: 1, command: 'ls', cwd: '/work' }

function open(options: Partial<ApprovalsOptions> = {}, server = new RequestClient()) {
  const feed = new Feed(emptyConversation('mine', '/work'))
  const approvals = new Approvals({
    feed,
    agents: new SubAgents({ feed, threadId: () => 'mine' }),
    given: new GivenGrants(),
    leavesSandbox: () => Promise.resolve(false),
    writableRoots: ['/work'],
    ...options,
  })
  approvals.bind(server.client, Promise.resolve())
  return { feed, approvals, server }
}

function next(approvals: Approvals): Promise<Approval> {
  return new Promise((resolve) => approvals.onOpen(resolve))
}

describe('an approval', () => {
  test.each([
    ['other places', { additionalPermissions: { fileSystem: { read: ['/etc'], write: null } } }],
    ['the network', { additionalPermissions: { network: { enabled: true } } }],
    ['a host', { networkApprovalContext: { host: 'example.test', protocol: 'https' } }],
  ])('that would also give %s is declined', async (_, more) => {
    const { feed, server } = open()
    expect(await server.ask(METHOD, { ...base, ...more })).toEqual({ decision: 'decline' })
    expect(feed.state.approvals).toEqual([])
    expect(feed.state.notices.map(({ message }) => message)).toEqual([
      'Declined, since it would leave the sandbox: ls',
    ])
  })

  test('with no more than what was allowed before is asked', async () => {
    const given = new GivenGrants()
    const { approvals, server } = open({ given })
    const more = (file: string, rest = {}) => ({
      ...base,
      additionalPermissions: { fileSystem: { read: null, write: [file], ...rest } },
    })
    given.give([{ path: '/out', mode: 'write' }], { threadId: 'mine', turnId: 't', scope: 'turn' })
    const answer = server.ask(METHOD, more('/out'))
    const { id, leavesSandbox } = await next(approvals)
    expect(leavesSandbox).toBe(false)
    approvals.answer(id, 'accept')
    expect(await answer).toEqual({ decision: 'accept' })

    const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'write' }
    for (const asked of [
      more('/other'),
      more('/out', { entries: [root] }),
      { ...more('/out'), turnId: 'later' },
      { ...more('/out'), additionalPermissions: { fileSystem: { read: ['/out'] } } },
    ])
      expect(await server.ask(METHOD, asked)).toEqual({ decision: 'decline' })
  })

  test('of a thread that is none of ours is declined', async () => {
    const { server } = open({}, new RequestClient([{ id: 'other', parentThreadId: null, path: '/r' }]))
    expect(await server.ask(METHOD, { ...base, threadId: 'other' })).toEqual({ decision: 'decline' })
    expect(await server.ask(METHOD, { ...base, threadId: 'unheard-of' })).toEqual({ decision: 'decline' })
  })

  test("of an agent of the agent is looked up in the agent's own record", async () => {
    const looked: unknown[] = []
    const thread = { id: 'a', parentThreadId: 'mine', path: '/a.jsonl', status: { type: 'idle' } }
    const { approvals, server } = open(
      {
        leavesSandbox: (_, agent) => {
          looked.push(agent)
          return Promise.resolve(false)
        },
      },
      new RequestClient([thread]),
    )
    const answer = server.ask(METHOD, { ...base, threadId: 'a' })
    const { id, agentId } = await next(approvals)
    expect([agentId, looked]).toEqual(['a', [{ id: 'a', rolloutPath: '/a.jsonl' }]])
    expect(approvals.answer(id, 'accept')).toBe(true)
    expect(await answer).toEqual({ decision: 'accept' })
  })

  test('offers what Codex lets be answered, and never a rule for later', async () => {
    const rule = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['ls'] } }
    const offered = async (availableDecisions: unknown): Promise<readonly string[]> => {
      const { approvals, server } = open()
      void server.ask(METHOD, { ...base, availableDecisions })
      return (await next(approvals)).choices
    }
    expect(await offered(undefined)).toEqual(['accept', 'accept-for-session', 'decline', 'cancel'])
    expect(await offered(['accept', rule, 'cancel'])).toEqual([
      'accept',
      'accept-for-session',
      'decline',
      'cancel',
    ])
    expect(await offered(['accept', 'cancel'])).toEqual(['accept', 'decline', 'cancel'])
    expect(await offered([])).toEqual(['decline', 'cancel'])
  })

  test('has another name when another app-server counts from the beginning', async () => {
    const { approvals, server } = open()
    const seen: string[] = []
    approvals.onOpen(({ id }) => seen.push(id))
    void server.ask(METHOD, base)
    void server.ask(METHOD, { ...base, itemId: 'another' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(new Set(seen).size).toBe(2)
    expect(approvals.answer(seen[0] ?? '', 'accept')).toBe(true)
    expect(approvals.answer(seen[0] ?? '', 'accept')).toBe(false)
    expect(approvals.answer(seen[1] ?? '', 'decline')).toBe(true)
  })

  test('of an unattended session is declined at once', async () => {
    const { feed, server } = open({ unattended: true })
    expect(await server.ask(METHOD, base)).toEqual({ decision: 'decline' })
    expect(feed.state.notices[0]?.message).toBe('Declined, since nobody is asked in this session: ls')
  })

  test('is forgotten when someone else has answered', async () => {
    const { feed, approvals, server } = open()
    const elsewhere = new AbortController()
    void server.ask(METHOD, base, { signal: elsewhere.signal })
    const { id } = await next(approvals)
    elsewhere.abort()
    await new Promise((resolve) => setImmediate(resolve))
    expect(feed.state.approvals).toEqual([])
    expect(approvals.answer(id, 'accept')).toBe(false)
  })
})
