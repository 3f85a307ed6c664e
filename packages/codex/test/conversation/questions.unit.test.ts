import {
  emptyConversation,
  Feed,
  type Grant,
  type Question,
  type QuestionAnswer,
} from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { GivenGrants } from '../../src/conversation/given-grants.ts'
import { Questions, type QuestionsOptions } from '../../src/conversation/questions.ts'
import { SubAgents } from '../../src/conversation/sub-agents.ts'
import { RequestClient } from './request-client.ts'

const at = { threadId: 'mine', turnId: 't', itemId: 'i', startedAtMs: 1, cwd: '/work' }
const ASK = 'item/tool/requestUserInput'
const ELICIT = 'mcpServer/elicitation/request'
const PERMIT = 'item/permissions/requestApproval'

function open(options: Partial<QuestionsOptions> = {}) {
  const feed = new Feed(emptyConversation('mine', '/work'))
  const server = new RequestClient()
  const questions = new Questions({
    feed,
    threadId: () => 'mine',
    agents: new SubAgents({ feed, threadId: () => 'mine' }),
    given: new GivenGrants(),
    mayGrant: () => Promise.resolve(true),
    ...options,
  })
  questions.bind(server.client, Promise.resolve())
  return { feed, questions, server }
}

/** Asks, and gives the question with the way to answer it and to Codex's side of it. */
async function asked(method: string, params: unknown, options: Partial<QuestionsOptions> = {}) {
  const { feed, questions, server } = open(options)
  const told = server.ask(method, params)
  const question = await new Promise<Question>((resolve) => questions.onOpen(resolve))
  const answer = (one: unknown): Promise<boolean> => questions.answer(question.id, one as QuestionAnswer)
  return { question, answer, told, feed }
}

describe('what the agent wants to know', () => {
  const params = {
    ...at,
    questions: [
      {
        id: 'a',
        header: 'A',
        question: 'a?',
        isOther: false,
        isSecret: false,
        options: [{ label: 'x', description: '' }],
      },
      { id: 'b', header: 'B', question: 'b?', isOther: true, isSecret: true, options: null },
    ],
  }

  test('is asked as it is', async () => {
    const { question } = await asked(ASK, params)
    expect(question).toMatchObject({
      kind: 'input',
      turnId: 't',
      fields: [
        { id: 'a', options: [{ label: 'x' }], allowsOther: false, secret: false },
        { id: 'b', options: [], allowsOther: true, secret: true },
      ],
    })
  })

  test('is told, and kept nowhere', async () => {
    const { answer, told, feed } = await asked(ASK, params)
    const frames: string[] = []
    void (async () => {
      for await (const frame of feed.encoded()) frames.push(frame)
    })()
    expect(await answer({ kind: 'input', answers: { a: ['x'], b: ['hunter2'] } })).toBe(true)
    expect(await told).toEqual({ answers: { a: { answers: ['x'] }, b: { answers: ['hunter2'] } } })
    await new Promise((resolve) => setImmediate(resolve))
    expect(frames.join('')).not.toContain('hunter2')
    expect(feed.state.questions).toEqual([])
  })

  test.each([
    { kind: 'input', answers: { c: ['x'] } },
    { kind: 'input', answers: { a: ['hunter2'] } },
    { kind: 'input', answers: { b: 'hunter2' } },
    { kind: 'input', answers: { b: [{ hunter2: 1 }] } },
    { kind: 'input', answers: ['hunter2'] },
    { kind: 'input', answers: null },
    { kind: 'elicitation', values: {} },
    { kind: 'permission', grants: [{ network: true }], scope: 'session' },
    { kind: 'hunter2' },
  ])('takes no answer that does not fit, and does not repeat it: %j', async (wrong) => {
    const { answer, feed } = await asked(ASK, params)
    const error: unknown = await answer(wrong).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'choice-not-offered' })
    expect(String(error)).not.toContain('hunter2')
    expect(feed.state.questions).toHaveLength(1)
  })

  test('can be declined', async () => {
    const { answer, told } = await asked(ASK, params)
    expect(await answer({ kind: 'declined' })).toBe(true)
    expect(await told).toEqual({ answers: {} })
  })
})

describe('what a tool server wants to know', () => {
  const server = { threadId: 'mine', turnId: null, serverName: 'notes', message: 'Tell' }
  const form = (properties: unknown, required: unknown = []): unknown => ({
    ...server,
    mode: 'form',
    requestedSchema: { type: 'object', properties, required },
  })

  test('is a form of simple fields', async () => {
    const { question } = await asked(
      ELICIT,
      form(
        {
          name: { type: 'string', title: 'Name', description: 'yours', default: 'N' },
          size: { type: 'number', default: 'wrong' },
          kind: { type: 'string', oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] },
          tags: { type: 'array', items: { anyOf: [{ const: 'x', title: 'X' }] }, default: ['x'] },
        },
        ['name'],
      ),
    )
    expect(question).not.toHaveProperty('turnId')
    expect(question).toMatchObject({ kind: 'elicitation', server: 'notes', message: 'Tell' })
    if (question.kind !== 'elicitation' || question.ask.type !== 'form') throw new Error('no form')
    expect(question.ask.fields).toEqual([
      { name: 'name', title: 'Name', description: 'yours', type: 'text', required: true, default: 'N' },
      { name: 'size', title: 'size', type: 'number', required: false },
      {
        name: 'kind',
        title: 'kind',
        type: 'choice',
        required: false,
        options: [
          { value: 'a', title: 'A' },
          { value: 'b', title: 'b' },
        ],
      },
      {
        name: 'tags',
        title: 'tags',
        type: 'choices',
        required: false,
        options: [{ value: 'x', title: 'X' }],
        default: ['x'],
      },
    ])
  })

  test.each([
    ['an object in it', form({ deep: { type: 'object' } })],
    ['a list of anything', form({ many: { type: 'array', items: { type: 'string' } } })],
    ['choices that are no texts', form({ one: { type: 'string', enum: [1] } })],
    [
      'too many fields',
      form(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, { type: 'string' }]))),
    ],
    ['no properties', { ...server, mode: 'form', requestedSchema: null }],
    ['a mode of its maker', { ...server, mode: 'openai/form', requestedSchema: {} }],
    [
      'a proof of who one is',
      { ...server, mode: 'openai/userVerification', title: 'T', description: 'D', challenge: 'c' },
    ],
    ['an address that is code', { ...server, mode: 'url', url: 'javascript:alert(1)', elicitationId: 'e' }],
    ['an address on the disk', { ...server, mode: 'url', url: 'file:///etc/passwd', elicitationId: 'e' }],
  ])('can only be declined with %s', async (_, params) => {
    const { question, answer, told } = await asked(ELICIT, params)
    expect(question).toMatchObject({ kind: 'elicitation', ask: { type: 'form', fields: undefined } })
    await expect(answer({ kind: 'elicitation', values: {} })).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
    expect(await answer({ kind: 'declined' })).toBe(true)
    expect(await told).toEqual({ action: 'decline' })
  })

  test.each<[Readonly<Record<string, unknown>>]>([
    [{ text: 1 }],
    [{ whole: 1.5 }],
    [{ yes: 'yes' }],
    [{ one: 'c' }],
    [{ many: ['a', 'a'] }],
    [{ many: 'a' }],
    [{ more: 'x' }],
    [{ constructor: 'x' }],
    [{ text: 'x'.repeat(70_000) }],
  ])('takes no value that does not fit: %#', async (wrong) => {
    const { answer } = await asked(
      ELICIT,
      form({
        text: { type: 'string' },
        whole: { type: 'integer' },
        yes: { type: 'boolean' },
        one: { type: 'string', enum: ['a', 'b'] },
        many: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
      }),
    )
    await expect(answer({ kind: 'elicitation', values: wrong })).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
  })

  test('is an address to open', async () => {
    const { question, answer, told } = await asked(ELICIT, {
      ...server,
      mode: 'url',
      url: 'https://example.test/a',
      elicitationId: 'e',
    })
    expect(question).toMatchObject({ ask: { type: 'open', url: 'https://example.test/a' } })
    expect(await answer({ kind: 'elicitation', values: {} })).toBe(true)
    expect(await told).toEqual({ action: 'accept' })
  })
})

describe('what the agent wants to be allowed', () => {
  const wish = (permissions: unknown): unknown => ({ ...at, reason: 'to look', permissions })
  const place = (path: string, access = 'read'): unknown => ({ path: { type: 'path', path }, access })
  const two = wish({ network: { enabled: true }, fileSystem: { read: ['/data'], write: null } })

  test('leaves out what is no plain place, and what may never be granted', async () => {
    const { question } = await asked(
      PERMIT,
      wish({
        network: { enabled: null },
        fileSystem: {
          read: ['/data', 'data', '/data/../secret', '/data/*', '/'],
          write: ['/out', '/closed'],
          entries: [
            place('/data'),
            place('/other', 'deny'),
            place('/more', 'write'),
            { path: { type: 'glob_pattern', pattern: '/**' }, access: 'read' },
            { path: { type: 'special', value: { kind: 'root' } }, access: 'write' },
          ],
        },
      }),
      { mayGrant: (grant: Grant) => Promise.resolve(!('path' in grant && grant.path === '/closed')) },
    )
    expect(question).toMatchObject({
      kind: 'permission',
      reason: 'to look',
      grants: [
        { path: '/data', mode: 'read' },
        { path: '/out', mode: 'write' },
        { path: '/more', mode: 'write' },
      ],
    })
  })

  test('is declined at once, and said, when nothing of it may be granted', async () => {
    const { feed, server } = open({ mayGrant: () => Promise.resolve(false) })
    expect(await server.ask(PERMIT, two)).toEqual({ permissions: {} })
    expect(feed.state.notices[0]?.message).toBe('Declined, since nothing of it may be granted: to look')
    expect(feed.state.questions).toEqual([])
  })

  test('is granted in exactly the part that was chosen', async () => {
    const { answer, told } = await asked(PERMIT, two)
    const grants = [{ path: '/data', mode: 'read' }]
    expect(await answer({ kind: 'permission', grants, scope: 'turn' })).toBe(true)
    expect(await told).toEqual({ permissions: { fileSystem: { read: ['/data'], write: [] } }, scope: 'turn' })
  })

  test('may be granted in no part', async () => {
    const { answer, told } = await asked(PERMIT, two)
    expect(await answer({ kind: 'permission', grants: [], scope: 'session' })).toBe(true)
    expect(await told).toEqual({ permissions: {}, scope: 'session' })
  })

  test.each([
    { grants: [{ path: '/data', mode: 'write' }], scope: 'turn' },
    { grants: [{ path: '/', mode: 'read' }], scope: 'turn' },
    { grants: [{ path: '/data/../etc', mode: 'read' }], scope: 'turn' },
    { grants: [{ path: '/data/', mode: 'read' }], scope: 'turn' },
    { grants: [{ path: '/data', mode: 'read', network: true }], scope: 'turn' },
    { grants: [{ path: ['/data'], mode: 'read' }], scope: 'turn' },
    { grants: [{ network: 'yes' }], scope: 'turn' },
    { grants: [null], scope: 'turn' },
    { grants: { 0: { network: true } }, scope: 'turn' },
    { grants: [{ network: true }], scope: 'forever' },
    { grants: [{ network: true }] },
  ])('can not be widened by an answer: %j', async (wrong) => {
    const { answer, feed } = await asked(PERMIT, two)
    await expect(answer({ kind: 'permission', ...wrong })).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
    expect(feed.state.questions).toHaveLength(1)
  })

  test('is looked at again when it is answered', async () => {
    let open = true
    const { answer } = await asked(PERMIT, two, { mayGrant: () => Promise.resolve(open) })
    open = false
    const grants = [{ path: '/data', mode: 'read' }]
    await expect(answer({ kind: 'permission', grants, scope: 'turn' })).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
  })
})

describe('a session where nobody is asked', () => {
  test.each([
    [ASK, { ...at, questions: [] }, { answers: {} }],
    [
      ELICIT,
      { threadId: 'mine', serverName: 's', mode: 'url', message: 'm', url: 'https://a.test' },
      { action: 'decline' },
    ],
    [PERMIT, { ...at, permissions: { network: { enabled: true } } }, { permissions: {} }],
  ])('gives the answer that grants nothing to %s', async (method, params, answer) => {
    const { feed, server } = open({ unattended: true })
    expect(await server.ask(method, params)).toEqual(answer)
    expect(feed.state.notices).toHaveLength(1)
  })
})
