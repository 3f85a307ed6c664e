import { type ConversationState, type FeedFrame, type FeedView, foldFrame } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { FeedConversation } from './feed-conversation.ts'
import { openTestServer, type Viewer } from './test-server.ts'

async function openWithConversation(conversation = new FeedConversation({ joinMs: 1 }), pingMs = 20_000) {
  const it = await openTestServer({ pingMs })
  it.sessions.add('a', conversation)
  return { it, conversation, cookie: await it.login() }
}

function say(conversation: FeedConversation, text: string): void {
  conversation.published.publish({
    type: 'item-delta',
    turnId: 't',
    itemId: 'i',
    kind: 'agent-message',
    text,
  })
}

function begin(conversation: FeedConversation): void {
  const turn = { id: 't', status: 'in-progress', items: [] } as const
  conversation.published.publish({ type: 'turn-started', turn })
  const item = { id: 'i', phase: 'open', type: 'agent-message', text: '' } as const
  conversation.published.publish({ type: 'item-started', turnId: 't', item })
}

function fold(viewer: Viewer, view?: FeedView): FeedView {
  for (const json of viewer.frames) {
    const next = foldFrame(view, JSON.parse(json) as FeedFrame)
    if (!next) throw new Error('a frame is missing')
    view = next
  }
  if (!view) throw new Error('no frame came')
  return view
}

const textOf = (state: ConversationState) => {
  const item = state.turns[0]?.items[0]
  return item?.type === 'agent-message' ? item.text : undefined
}

describe('who may look', () => {
  test('nobody without a login: 4401', async () => {
    const { it } = await openWithConversation()
    await using _it = it
    for (const target of ['/api/sessions/feed', '/api/sessions/a/feed', '/api/anything']) {
      const viewer = it.view(target)
      expect(await viewer.closed).toEqual({ code: 4401, reason: 'not logged in' })
      expect(viewer.frames).toEqual([])
    }
  })

  test('no other page, with the person’s cookie or not', async () => {
    const { it, cookie } = await openWithConversation()
    await using _it = it
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: `http://localhost:${it.server.port}` },
      { host: `evil.example:${it.server.port}`, origin: `http://evil.example:${it.server.port}` },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const viewer = it.view('/api/sessions/a/feed', { cookie, headers })
      expect((await viewer.closed).code).toBe(1006)
      expect(viewer.frames).toEqual([])
    }
  })

  test('what is not there is 4404, and no feed at all is no WebSocket', async () => {
    const { it, cookie } = await openWithConversation()
    await using _it = it
    it.sessions.add('young')
    for (const id of ['none', 'young'])
      expect((await it.view(`/api/sessions/${id}/feed`, { cookie }).closed).code).toBe(4404)
    for (const target of ['/api/sessions', '/', '/api/sessions/a/feed/', '//api/sessions/feed'])
      expect((await it.view(target, { cookie }).closed).code).toBe(1006)
  })
})

describe('the list', () => {
  test('comes whole at first and on every change', async () => {
    const { it, cookie } = await openWithConversation()
    await using _it = it
    const viewer = it.view('/api/sessions/feed', { cookie })
    await viewer.until((frames) => frames.length === 1)
    it.sessions.add('b')
    await viewer.until((frames) => frames.length === 2)
    expect(viewer.frames.map((frame) => JSON.parse(frame))).toEqual([
      { type: 'sessions', sessions: [expect.objectContaining({ id: 'a' })] },
      { type: 'sessions', sessions: it.sessions.list() },
    ])
    expect(it.sessions.listeners.size).toBe(1)
    viewer.socket.close()
    await viewer.closed
    await expect.poll(() => it.sessions.listeners.size).toBe(0)
  })
})

describe('a conversation’s feed', () => {
  test('two viewers see the same, one of them late', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const early = it.view('/api/sessions/a/feed', { cookie })
    await early.until((frames) => frames.length === 1)
    begin(conversation)
    say(conversation, 'Hello ')
    await early.until((frames) => frames.some((frame) => frame.includes('Hello')))
    const late = it.view('/api/sessions/a/feed', { cookie })
    await late.until((frames) => frames.length === 1)
    say(conversation, 'world')
    for (const viewer of [early, late]) {
      await viewer.until((frames) => frames.some((frame) => frame.includes('world')))
      expect(fold(viewer).state).toEqual(conversation.state)
    }
  })

  test('a viewer that comes back gets what it missed and nothing twice', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    begin(conversation)
    const before = it.view('/api/sessions/a/feed', { cookie })
    await before.until((frames) => frames.length === 1)
    before.socket.terminate()
    await before.closed
    const view = fold(before)
    say(conversation, 'missed')
    const { epoch, seq } = view.cursor
    const after = it.view(`/api/sessions/a/feed?epoch=${epoch}&seq=${seq}`, { cookie })
    await after.until((frames) => frames.length > 0)
    expect(JSON.parse(after.frames[0]!)).toMatchObject({ type: 'events', epoch })
    await after.until(
      () => fold(after, view).cursor.seq > seq && textOf(fold(after, view).state) === 'missed',
    )
    expect(fold(after, view).state).toEqual(conversation.state)
  })

  test.each(['epoch=other&seq=1', 'epoch=&seq=x', 'seq=-1', 'epoch=other&seq=1e9', 'epoch=a&epoch=b&seq=0'])(
    'the cursor %s is answered with a snapshot',
    async (query) => {
      const { it, cookie } = await openWithConversation()
      await using _it = it
      const viewer = it.view(`/api/sessions/a/feed?${query}`, { cookie })
      await viewer.until((frames) => frames.length === 1)
      expect(JSON.parse(viewer.frames[0]!)).toMatchObject({ type: 'snapshot' })
    },
  )

  test('ends with 1000 when the conversation does', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const viewer = it.view('/api/sessions/a/feed', { cookie })
    await viewer.until((frames) => frames.length === 1)
    conversation.end()
    expect(await viewer.closed).toEqual({ code: 1000, reason: 'ended' })
  })

  test('a viewer that stops reading costs no memory, and ends with the same state', async () => {
    const conversation = new FeedConversation({ joinMs: 0, maxBacklog: 1024 * 1024 })
    const { it, cookie } = await openWithConversation(conversation)
    await using _it = it
    const slow = it.view('/api/sessions/a/feed', { cookie })
    const fast = it.view('/api/sessions/a/feed', { cookie })
    await Promise.all([slow, fast].map((viewer) => viewer.until((frames) => frames.length === 1)))
    slow.socket.pause()
    const completed = (n: number) =>
      ({
        type: 'item-completed',
        turnId: 't',
        item: { id: `${n % 4}`, phase: 'done', type: 'agent-message', text: `${n}:${'x'.repeat(64 * 1024)}` },
      }) as const
    for (let n = 0; n < 800; n += 1) {
      conversation.published.publish(completed(n))
      await fast.until((frames) => frames.length >= n + 2 || frames.at(-1)!.includes(`"${n}:`))
    }
    const heard = slow.frames.length
    slow.socket.resume()
    await slow.until((frames) => frames.at(-1)!.includes('"799:'))
    expect(fold(slow).state).toEqual(conversation.state)
    expect(slow.frames.length - heard).toBeLessThan(400)
    expect(slow.frames.slice(1).some((frame) => frame.startsWith('{"type":"snapshot"'))).toBe(true)
  })
})

describe('manners', () => {
  test('the server’s end is told with 1001', async () => {
    const { it, cookie } = await openWithConversation()
    await using _it = it
    const viewers = ['/api/sessions/feed', '/api/sessions/a/feed'].map((target) =>
      it.view(target, { cookie }),
    )
    await Promise.all(viewers.map((viewer) => viewer.until((frames) => frames.length === 1)))
    await it.server.close()
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(1001)
  })

  test('a dead peer is dropped, a living one is not', async () => {
    const { it, cookie } = await openWithConversation(new FeedConversation(), 100)
    await using _it = it
    const dead = it.view('/api/sessions/feed', { cookie })
    const alive = it.view('/api/sessions/feed', { cookie })
    await Promise.all([dead, alive].map((viewer) => viewer.until((frames) => frames.length === 1)))
    dead.socket.pause()
    await expect.poll(() => it.sessions.listeners.size).toBe(1)
    expect(alive.socket.readyState).toBe(alive.socket.OPEN)
    dead.socket.terminate()
    await dead.closed
  })

  test('what a viewer says is not read, and not for long', async () => {
    const { it, cookie } = await openWithConversation()
    await using _it = it
    const chatty = it.view('/api/sessions/a/feed', { cookie })
    await chatty.until((frames) => frames.length === 1)
    for (let n = 0; n < 20; n += 1) chatty.socket.send('hello')
    expect((await chatty.closed).code).toBe(1008)
    const loud = it.view('/api/sessions/a/feed', { cookie })
    await loud.until((frames) => frames.length === 1)
    loud.socket.send('x'.repeat(2048))
    expect((await loud.closed).code).toBe(1009)
  })

  test('a feed that fails is told to the keeper, and ends with 1011', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const failure = new Error('broken')
    conversation.encodedFeed = async function* () {
      yield '{}'
      throw failure
    }
    const viewer = it.view('/api/sessions/a/feed', { cookie })
    expect((await viewer.closed).code).toBe(1011)
    expect(it.errors).toEqual([failure])
  })
})
