import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConversationEvent } from '../../src/conversation/conversation-event.ts'
import { emptyConversation } from '../../src/conversation/conversation-state.ts'
import type { FeedCursor, FeedFrame } from '../../src/conversation/feed-frame.ts'
import { Feed, type FeedOptions } from '../../src/conversation/feed.ts'
import { foldConversation } from '../../src/conversation/fold-conversation.ts'
import { foldFrame, type FeedView } from '../../src/conversation/fold-frame.ts'
import { anyEvents } from './arbitrary-events.ts'

const EMPTY = emptyConversation('thread', '/work')
/** Long enough that only what flushes the feed itself flushes it. */
const NEVER = 2 ** 30

const openFeed = (options: FeedOptions = {}) => new Feed(EMPTY, { joinMs: NEVER, ...options })
const note = (n: number, size = 0): ConversationEvent => ({
  type: 'notice',
  notice: { id: `${n}`, level: 'info', message: 'x'.repeat(size) },
})
const delta = (text: string, itemId = 'i'): ConversationEvent => ({
  type: 'item-delta',
  turnId: 't',
  itemId,
  kind: 'agent-message',
  text,
})

async function take(frames: AsyncGenerator<FeedFrame, void>, count: number): Promise<FeedFrame[]> {
  const taken: FeedFrame[] = []
  while (taken.length < count) {
    const next = await frames.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

/** Everything that there is for a viewer now; the feed must have ended. */
async function rest(feed: Feed, since?: FeedCursor): Promise<FeedFrame[]> {
  const frames: FeedFrame[] = []
  for await (const frame of feed.frames(since ? { since } : {})) frames.push(frame)
  return frames
}

/** A viewer that trusts nothing: a frame that it has, or one that is missing before it, is a failure. */
function foldStrictly(view: FeedView | undefined, frame: FeedFrame): FeedView {
  const next = foldFrame(view, frame)
  if (!next) throw new Error(`a frame before ${frame.seq} is missing`)
  if (next === view) throw new Error(`frame ${frame.seq} came twice`)
  return next
}

describe('viewers', () => {
  test('that are cut after every frame and come back with their cursor end with the same state', async () => {
    const backlog = fc.constantFrom(0, 300, 4000, 4 * 1024 * 1024)
    const bursts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(anyEvents, bursts, backlog, async (events, sizes, maxBacklog) => {
        const feed = openFeed({ maxBacklog })
        let view: FeedView | undefined
        for (let at = 0, turn = 0; at < events.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          for (const event of events.slice(at, at + size)) feed.publish(event)
          at += size
          // One frame of what there is, by a viewer of its own; the others are left for later.
          const since = view?.cursor
          const [frame] = await take(feed.frames(since ? { since, signal: AbortSignal.timeout(0) } : {}), 1)
          if (frame) view = foldStrictly(view, frame)
        }
        feed.end()
        for (const frame of await rest(feed, view?.cursor)) view = foldStrictly(view, frame)
        const truth = events.reduce((state, event) => foldConversation(state, [event]), EMPTY)
        expect(view?.state).toEqual(truth)
        expect(feed.state).toEqual(truth)
      }),
      { numRuns: 60 },
    )
  })

  test('may come at any point and see the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents, fc.nat(60), async (events, at) => {
        const feed = openFeed()
        for (const event of events.slice(0, at)) feed.publish(event)
        const viewer = feed.frames()
        let view = foldStrictly(undefined, (await take(viewer, 1))[0]!)
        for (const event of events.slice(at)) feed.publish(event)
        feed.end()
        for await (const frame of viewer) view = foldStrictly(view, frame)
        expect(view.state).toEqual(feed.state)
      }),
      { numRuns: 60 },
    )
  })

  test('share what was encoded once', async () => {
    const feed = openFeed()
    feed.publish(note(1))
    feed.end()
    const texts = async () => {
      const seen: string[] = []
      for await (const json of feed.encoded({ since: { epoch: JSON.parse((await first())!).epoch, seq: 0 } }))
        seen.push(json)
      return seen
    }
    const first = async () => (await feed.encoded().next()).value ?? undefined
    expect((await texts()).map((json) => JSON.parse(json).type)).toEqual(['events'])
    expect(await texts()).toEqual(await texts())
    expect(await first()).toBe(await first())
  })
})

describe('a viewer that is too slow', () => {
  test('gets a snapshot, then goes on', async () => {
    const feed = openFeed({ maxBacklog: 1000 })
    const viewer = feed.frames()
    const [start] = await take(viewer, 1)
    for (let n = 0; n < 50; n += 1) feed.publish(note(n, 100))
    const [snapshot] = await take(viewer, 1)
    expect([start?.type, start?.seq, snapshot?.type, snapshot?.seq]).toEqual(['snapshot', 0, 'snapshot', 50])
    feed.publish(note(50))
    expect((await take(viewer, 1))[0]).toMatchObject({ type: 'events', seq: 51 })
  })

  test('costs no memory: what is replayed is never more than the backlog', async () => {
    const maxBacklog = 2000
    const feed = openFeed({ maxBacklog })
    const [start] = await take(feed.frames(), 1)
    for (let n = 0; n < 200; n += 1) feed.publish(note(n, n % 150))
    feed.end()
    const replayed: number[] = []
    for (let seq = 0; seq < 200; seq += 1) {
      const frames = await rest(feed, { epoch: start!.epoch, seq })
      if (frames[0]?.type === 'snapshot') expect(frames).toHaveLength(1)
      else replayed.push(frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0))
    }
    expect(replayed.length).toBeGreaterThan(3)
    expect(Math.max(...replayed)).toBeLessThanOrEqual(maxBacklog)
  })

  test('a frame larger than the backlog is a snapshot for those who missed it', async () => {
    const feed = openFeed({ maxBacklog: 100 })
    const viewer = feed.frames()
    await take(viewer, 1)
    feed.publish(note(1, 10_000))
    expect((await take(viewer, 1))[0]).toMatchObject({ type: 'snapshot', seq: 1 })
  })
})

describe('a cursor', () => {
  const cases: [string, (now: FeedCursor) => FeedCursor][] = [
    ['of another epoch', ({ seq }) => ({ epoch: 'other', seq })],
    ['from the future', ({ epoch, seq }) => ({ epoch, seq: seq + 1 })],
    ['below zero', ({ epoch }) => ({ epoch, seq: -1 })],
    ['that is no whole number', ({ epoch }) => ({ epoch, seq: 0.5 })],
    ['that is no number', ({ epoch }) => ({ epoch, seq: NaN })],
  ]

  test.each(cases)('%s is answered with a snapshot', async (_name, make) => {
    const feed = openFeed()
    const [start] = await take(feed.frames(), 1)
    feed.publish(note(1))
    feed.publish(note(2))
    feed.end()
    const frames = await rest(feed, make({ epoch: start!.epoch, seq: 2 }))
    expect(frames).toMatchObject([{ type: 'snapshot', seq: 2 }])
  })

  test('of now is answered with nothing until something happens', async () => {
    const feed = openFeed()
    const [start] = await take(feed.frames(), 1)
    const viewer = feed.frames({ since: { epoch: start!.epoch, seq: 0 } })
    const next = viewer.next()
    feed.publish(note(1))
    expect((await next).value).toMatchObject({ type: 'events', seq: 1 })
  })
})

describe('publishing', () => {
  test('deltas of one item wait to be joined; anything else takes them along', async () => {
    const feed = openFeed()
    const viewer = feed.frames()
    await take(viewer, 1)
    feed.publish(delta('a'))
    feed.publish(delta('b'))
    feed.publish(delta('c', 'other'))
    feed.publish(note(1))
    expect(await take(viewer, 1)).toMatchObject([
      { seq: 1, events: [delta('ab'), delta('c', 'other'), note(1)] },
    ])
  })

  test('deltas leave after joinMs by themselves', async () => {
    const feed = openFeed({ joinMs: 0 })
    const viewer = feed.frames()
    await take(viewer, 1)
    feed.publish(delta('a'))
    expect(await take(viewer, 1)).toMatchObject([{ seq: 1, events: [delta('a')] }])
  })

  test('the state holds what waits, and a new viewer’s snapshot too', async () => {
    const feed = openFeed()
    feed.publish(delta('a'))
    expect(feed.state.turns[0]?.items[0]).toMatchObject({ phase: 'catching-up' })
    feed.publish(delta('b'))
    expect((await take(feed.frames(), 1))[0]).toMatchObject({ type: 'snapshot', seq: 2, state: feed.state })
  })

  test('a reset reaches every viewer as a snapshot, with nothing replayed from before it', async () => {
    const feed = openFeed()
    const viewer = feed.frames()
    const [start] = await take(viewer, 1)
    feed.publish(note(1))
    const healed = emptyConversation('thread', '/elsewhere')
    feed.reset(healed)
    feed.publish(note(2))
    feed.end()
    const frames = [...(await take(viewer, 5))]
    expect(frames).toMatchObject([{ type: 'snapshot', seq: 3, state: { cwd: '/elsewhere' } }])
    for (const seq of [0, 1]) expect(await rest(feed, { epoch: start!.epoch, seq })).toEqual(frames)
    expect(await rest(feed, { epoch: start!.epoch, seq: 2 })).toMatchObject([{ type: 'events', seq: 3 }])
  })
})

describe('the end', () => {
  test('comes after what was published, and nothing after it', async () => {
    const feed = openFeed()
    const viewer = feed.frames()
    await take(viewer, 1)
    feed.publish(delta('a'))
    feed.end()
    feed.publish(note(1))
    feed.reset(emptyConversation('other', '/'))
    expect(await take(viewer, 5)).toMatchObject([{ type: 'events', events: [delta('a')] }])
    expect(feed.state.threadId).toBe('thread')
  })

  test('an aborted viewer ends, waiting or not', async () => {
    const feed = openFeed()
    const stop = new AbortController()
    const viewer = feed.frames({ signal: stop.signal })
    await take(viewer, 1)
    const next = viewer.next()
    stop.abort()
    expect((await next).done).toBe(true)
    expect((await feed.frames({ signal: stop.signal }).next()).done).toBe(true)
  })

  test('who asks for a change after the end, or with an aborted signal, waits for nothing', async () => {
    const feed = openFeed()
    await expect(feed.changed(AbortSignal.abort())).resolves.toBeUndefined()
    feed.end()
    await expect(feed.changed()).resolves.toBeUndefined()
  })
})
