import type { Question, QuestionAnswer } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { FeedConversation } from './feed-conversation.ts'
import { openTestServer } from './test-server.ts'

async function openWithConversation() {
  const it = await openTestServer()
  const conversation = new FeedConversation()
  it.sessions.add('a', conversation)
  const cookie = await it.login()
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await it.ask(method, `/api/sessions/a/${path}`, { cookie, body })
    return { status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  return { it, conversation, ask }
}

describe('the queue', () => {
  test('takes a message for after the turn, once, and answers at once', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    await ask('POST', 'messages', { text: 'first', clientId: 'c1', when: 'next' })
    const next = { text: 'second', clientId: 'c2', when: 'next' }
    const both = await Promise.all([ask('POST', 'messages', next), ask('POST', 'messages', next)])
    expect(both).toEqual(Array.from({ length: 2 }, () => ({ status: 202, body: { queued: true } })))
    expect(conversation.turns).toBe(1)
    expect(conversation.state.queue.messages.map(({ id, text }) => [id, text])).toEqual([['c2', 'second']])
  })

  test('starts a turn when none runs', async () => {
    const { it, ask } = await openWithConversation()
    await using _it = it
    const sent = await ask('POST', 'messages', { text: 'first', clientId: 'c1', when: 'next' })
    expect(sent).toEqual({ status: 202, body: { turnId: 'turn-1' } })
  })

  test('is edited, withdrawn and sent by hand; what is gone says so', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    for (const clientId of ['now', 'one', 'two'])
      await ask('POST', 'messages', { text: clientId, clientId, when: 'next' })
    expect(await ask('PUT', 'queue/one', { text: 'other words' })).toEqual({
      status: 200,
      body: { queued: true },
    })
    expect(conversation.state.queue.messages[0]?.text).toBe('other words')
    expect((await ask('PUT', 'queue/one', { text: ' \n' })).status).toBe(400)
    expect(await ask('DELETE', 'queue/one')).toEqual({ status: 200, body: { queued: true } })
    expect(await ask('POST', 'queue/two/send')).toEqual({ status: 200, body: { queued: true } })
    expect(conversation.state.queue.messages).toEqual([])
    for (const [method, path, body] of [
      ['PUT', 'queue/two', { text: 'late' }],
      ['DELETE', 'queue/two'],
      ['POST', 'queue/two/send'],
    ] as const)
      expect(await ask(method, path, body)).toEqual({ status: 200, body: { queued: false } })
    expect(it.errors).toEqual([])
  })

  test.each([{ when: 'later' }, { when: 1 }, { extra: 1 }])('refuses a message with %j', async (part) => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    expect((await ask('POST', 'messages', { text: 'hi', clientId: 'c', ...part })).status).toBe(400)
    expect(conversation.turns).toBe(0)
  })
})

describe('questions', () => {
  const question: Question = {
    id: 'q:1/2',
    askedAt: 1,
    kind: 'permission',
    grants: [{ path: '/data', mode: 'read' }],
  }
  const path = `questions/${encodeURIComponent(question.id)}`

  test.each<QuestionAnswer>([
    { kind: 'permission', grants: [{ path: '/data', mode: 'read' }, { network: true }], scope: 'session' },
    { kind: 'declined' },
  ])('are answered once: %j', async (answer) => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    conversation.inquire(question)
    expect(await ask('POST', path, answer)).toEqual({ status: 200, body: { open: true } })
    expect(await ask('POST', path, answer)).toEqual({ status: 200, body: { open: false } })
    expect(conversation.answers).toEqual([answer])
  })

  test('take no answer of another kind', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    conversation.inquire(question)
    const refused = await ask('POST', path, { kind: 'input', answers: { a: ['b'] } })
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'choice-not-offered' } } })
  })

  test.each([
    {},
    { kind: 'maybe' },
    { kind: 'input', answers: { a: 'b' } },
    { kind: 'input', answers: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`f${at}`, ['x']])) },
    { kind: 'elicitation', values: { a: { b: 1 } } },
    { kind: 'permission', grants: [{ path: 'relative', mode: 'read' }], scope: 'turn' },
    { kind: 'permission', grants: [{ path: '/a\0b', mode: 'read' }], scope: 'turn' },
    { kind: 'permission', grants: [{ network: false }], scope: 'turn' },
    { kind: 'permission', grants: [], scope: 'for ever' },
    { kind: 'declined', why: 'no' },
  ])('take nothing that is no answer: %j', async (answer) => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    conversation.inquire(question)
    expect(await ask('POST', path, answer)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad-request' } },
    })
    expect(conversation.answers).toEqual([])
  })
})

describe('what the sandbox refused', () => {
  test('is granted to the command that wanted it', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    const grant = { path: '/srv/data', mode: 'write' }
    expect(await ask('POST', 'items/i%2F1/grant', grant)).toEqual({ status: 202, body: { turnId: 'turn-1' } })
    expect(conversation.grants).toEqual([['i/1', grant]])
    expect(await ask('POST', 'items/none/grant', { network: true })).toMatchObject({
      status: 409,
      body: { error: { code: 'not-grantable' } },
    })
    expect((await ask('POST', 'items/i/grant', { path: '/a', mode: 'run' })).status).toBe(400)
  })
})

describe('models', () => {
  test('are listed and chosen', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    expect(await ask('GET', 'models')).toMatchObject({ status: 200, body: { models: [{ model: 'small' }] } })
    expect((await ask('PUT', 'model', { model: 'small', effort: 'low' })).status).toBe(204)
    expect(conversation.state.model).toEqual({ model: 'small', effort: 'low' })
    expect((await ask('PUT', 'model', { model: 'small' })).status).toBe(204)
    expect(conversation.state.model).toEqual({ model: 'small' })
    for (const body of [{}, { model: '' }, { model: 'a', effort: 1 }, { model: 'm'.repeat(201) }])
      expect((await ask('PUT', 'model', body)).status).toBe(400)
  })

  test('that the agent refuses to tell are told in its words', async () => {
    const { it, conversation, ask } = await openWithConversation()
    await using _it = it
    conversation.broken = Object.assign(new Error('overloaded (-32001), in answer to list'), {
      code: 'rpc-failed',
    })
    expect(await ask('GET', 'models')).toMatchObject({
      status: 502,
      body: { error: { code: 'agent-refused', message: 'The agent’s program said no: overloaded' } },
    })
  })
})

test('nothing of this is open without a login or from elsewhere', async () => {
  await using it = await openTestServer()
  it.sessions.add('a', new FeedConversation())
  const cookie = await it.login()
  for (const [method, path] of [
    ['PUT', 'queue/one'],
    ['DELETE', 'queue/one'],
    ['POST', 'queue/one/send'],
    ['POST', 'questions/one'],
    ['POST', 'items/one/grant'],
    ['PUT', 'model'],
  ] as const) {
    const target = `/api/sessions/a/${path}`
    const elsewhere = await it.ask(method, target, { cookie, headers: { origin: 'http://127.0.0.1:1' } })
    expect([(await it.ask(method, target)).status, elsewhere.status]).toEqual([401, 403])
  }
  expect((await it.ask('GET', '/api/sessions/a/models')).status).toBe(401)
})
