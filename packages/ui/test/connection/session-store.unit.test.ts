import { describe, expect, test } from 'vitest'
import { Feed, emptyConversation } from '@x/agents/conversation'
import type { FeedCursor } from '@x/agents/conversation'
import { Api } from '../../src/connection/api.ts'
import type { FeedSocket } from '../../src/connection/feed-connection.ts'
import { SessionStore } from '../../src/connection/session-store.ts'
import { RequestError } from '../../src/errors.ts'

function setUp(answer: (url: URL) => Response = () => Response.json({ turnId: 't' }, { status: 202 })) {
  const opened: { socket: FeedSocket; since: FeedCursor | undefined }[] = []
  const frames: (() => void)[] = []
  const store = new SessionStore({
    id: 's',
    api: new Api({
      baseUrl: 'http://127.0.0.1:1',
      fetch: async (url) => answer(url as URL),
      onLoggedOut: () => undefined,
    }),
    openSocket: (since) => {
      const socket: FeedSocket = { onopen: null, onmessage: null, onclose: null, close: () => undefined }
      opened.push({ socket, since })
      return socket
    },
    timers: { now: () => 0, after: () => () => undefined },
    frames: (run) => frames.push(run),
    random: () => 0,
    onLoggedOut: () => undefined,
  })
  const say = (text: string) => opened.at(-1)?.socket.onmessage?.({ data: text } as MessageEvent)
  const paint = () => {
    for (const run of frames.splice(0)) run()
  }
  return { store, opened, frames, say, paint }
}

async function encoded(feed: Feed): Promise<string[]> {
  feed.end()
  const frames: string[] = []
  for await (const frame of feed.encoded()) frames.push(frame)
  return frames
}

const START = emptyConversation('thread', '/work')

describe('SessionStore', () => {
  test('folds what arrives once per frame', async () => {
    const { store, frames, say, paint } = setUp()
    store.watch()
    say(JSON.stringify({ type: 'snapshot', epoch: 'e', seq: 0, state: START }))
    say(
      JSON.stringify({
        type: 'events',
        epoch: 'e',
        seq: 1,
        events: [{ type: 'turn-started', turn: { id: 't', status: 'in-progress', items: [] } }],
      }),
    )
    expect(frames).toHaveLength(1)
    expect(store.view.read().conversation).toBeUndefined()
    paint()
    expect(store.view.read().conversation?.turns).toHaveLength(1)
  })

  test('comes back with its cursor, and keeps what it shows', async () => {
    const { store, opened, say, paint } = setUp()
    store.watch()
    for (const frame of await encoded(new Feed(START))) say(frame)
    paint()
    const before = store.view.read().conversation
    opened[0]?.socket.onclose?.({ code: 1006 } as CloseEvent)
    store.wake()
    expect(opened[1]?.since).toMatchObject({ seq: 0 })
    expect(store.view.read().conversation).toBe(before)
    expect(store.view.read().connection).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test.each([
    ['nonsense', 'nonsense'],
    ['a gap', JSON.stringify({ type: 'events', epoch: 'e', seq: 9, events: [] })],
  ])('asks for the whole after %s', (_what, text) => {
    const { store, opened, say, paint } = setUp()
    store.watch()
    say(JSON.stringify({ type: 'snapshot', epoch: 'e', seq: 0, state: START }))
    say(text)
    paint()
    expect(store.view.read().connection).toEqual({ state: 'reconnecting', attempt: 1 })
    store.wake()
    expect(opened[1]).toMatchObject({ since: undefined })
  })

  test('a message shows at once and leaves the outbox when the conversation shows it', async () => {
    const { store, say, paint } = setUp()
    store.watch()
    say(JSON.stringify({ type: 'snapshot', epoch: 'e', seq: 0, state: START }))
    paint()
    const sent = store.send({ text: 'hello', clientId: 'mine', when: 'now' })
    expect(store.view.read().outbox).toEqual([{ clientId: 'mine', text: 'hello', when: 'now' }])
    await sent
    expect(store.view.read().outbox).toEqual([{ clientId: 'mine', text: 'hello', when: 'now', turnId: 't' }])
    const item = { id: 'i', phase: 'done', type: 'user-message', text: 'hello', clientId: 'mine' }
    const events = [{ type: 'item-completed', turnId: 't', item }]
    say(JSON.stringify({ type: 'events', epoch: 'e', seq: 1, events }))
    paint()
    expect(store.view.read().outbox).toEqual([])
  })

  test('a message that is refused is withdrawn, and says why', async () => {
    const error = { code: 'gate-closed', message: 'No turns are taken.', remedy: 'End it.' }
    const { store } = setUp(() => Response.json({ error }, { status: 409 }))
    const failure = await store
      .send({ text: 'hello', clientId: 'mine', when: 'now' })
      .catch((reason: unknown) => reason)
    expect(failure).toBeInstanceOf(RequestError)
    expect(failure).toMatchObject({
      code: 'refused',
      status: 409,
      message: error.message,
      remedy: error.remedy,
    })
    expect(store.view.read().outbox).toEqual([])
  })

  test('an approval’s name is one segment of the path', async () => {
    const paths: string[] = []
    const { store } = setUp((url) => {
      paths.push(url.pathname)
      return Response.json({ open: false })
    })
    expect(await store.answer('a/b?c', 'accept')).toBe(false)
    expect(paths).toEqual(['/api/sessions/s/approvals/a%2Fb%3Fc'])
  })
})
