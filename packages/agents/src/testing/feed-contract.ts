import { expect } from 'vitest'
import type { Conversation } from '../conversation/conversation.ts'
import type { ConversationState } from '../conversation/conversation-state.ts'
import type { FeedCursor, FeedFrame } from '../conversation/feed-frame.ts'
import { foldFrame, type FeedView } from '../conversation/fold-frame.ts'
import type { ConversationCase } from './conversation-stage.ts'

/** What viewers see: the same as the conversation itself, wherever they come in. */
export function feedContract(scenario: ConversationCase): void {
  scenario('gives a viewer a snapshot, then frames without a gap', async ({ conversation, cues }) => {
    const frames = await framesOf(conversation, () => conversation.send(cues.answer).result)
    expect(frames[0]?.type).toBe('snapshot')
    expect(frames.map(({ seq }, at) => seq - at)).toEqual(frames.map(() => frames[0]?.seq))
    expect(fold(frames)).toEqual(conversation.state)
  })

  scenario(
    'shows a viewer the same, wherever it was cut off and came back',
    async ({ conversation, cues }) => {
      const frames = await framesOf(conversation, () => conversation.send(cues.answer).result)
      for (let cut = 1; cut <= frames.length; cut += 1) {
        const before = frames.slice(0, cut)
        const since = cursorOf(before.at(-1))
        const after = await upToNow(conversation, since)
        expect(after.filter(({ type }) => type === 'snapshot')).toEqual([])
        expect(fold([...before, ...after])).toEqual(conversation.state)
      }
    },
  )

  scenario('gives a snapshot to a viewer who comes from somewhere else', async ({ conversation, cues }) => {
    await conversation.send(cues.answer).result
    for (const since of [
      { epoch: 'another', seq: 1 },
      { epoch: await epochOf(conversation), seq: 10_000 },
      { epoch: await epochOf(conversation), seq: -1 },
      { epoch: await epochOf(conversation), seq: 0.5 },
    ]) {
      const frames = await upToNow(conversation, since)
      expect(frames.map(({ type }) => type)).toEqual(['snapshot'])
      expect(fold(frames)).toEqual(conversation.state)
    }
  })

  scenario('brings a viewer who looks away to where the others are', async ({ conversation, cues }) => {
    const slow = conversation.feed()[Symbol.asyncIterator]()
    const first = (await slow.next()) as IteratorResult<FeedFrame, void>
    await conversation.send(cues.answer).result
    let view = first.done === true ? undefined : foldFrame(undefined, first.value)
    while (JSON.stringify(view?.state) !== JSON.stringify(conversation.state)) {
      const next = (await slow.next()) as IteratorResult<FeedFrame, void>
      if (next.done === true) break
      view = foldFrame(view, next.value)
      expect(view).toBeDefined()
    }
    await slow.return?.()
    expect(view?.state).toEqual(conversation.state)
  })

  scenario('writes every frame as the JSON of what it is', async ({ conversation, cues }) => {
    await conversation.send(cues.answer).result
    const [frame] = await upToNow(conversation)
    const over = new AbortController()
    for await (const json of conversation.encodedFeed({ signal: over.signal })) {
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(frame)))
      over.abort()
    }
  })

  scenario('ends a reading that is given up', async ({ conversation }) => {
    const over = new AbortController()
    let frames = 0
    for await (const _ of conversation.feed({ signal: over.signal })) {
      frames += 1
      over.abort()
    }
    expect(frames).toBe(1)
  })
}

function fold(frames: readonly FeedFrame[]): ConversationState | undefined {
  let view: FeedView | undefined
  for (const frame of frames) {
    view = foldFrame(view, frame)
    if (!view) throw new Error(`a frame is missing before ${String(frame.seq)}`)
  }
  return view?.state
}

function cursorOf(frame: FeedFrame | undefined): FeedCursor {
  if (!frame) throw new Error('there is no frame')
  return { epoch: frame.epoch, seq: frame.seq }
}

async function epochOf(conversation: Conversation): Promise<string> {
  return cursorOf((await upToNow(conversation))[0]).epoch
}

/** All frames from a snapshot before `act` until the state that it led to. */
async function framesOf(
  conversation: Conversation,
  act: () => Promise<unknown>,
): Promise<readonly FeedFrame[]> {
  const over = new AbortController()
  const frames: FeedFrame[] = []
  let begin: () => void = () => undefined
  const began = new Promise<void>((resolve) => (begin = resolve))
  const reading = (async () => {
    for await (const frame of conversation.feed({ signal: over.signal })) {
      frames.push(frame)
      begin()
    }
  })()
  await began
  await act()
  const last = cursorOf((await upToNow(conversation))[0])
  while ((frames.at(-1)?.seq ?? 0) < last.seq) await new Promise((resolve) => setImmediate(resolve))
  over.abort()
  await reading
  return frames
}

/** What a reader gets at once; empty when it has everything. */
async function upToNow(conversation: Conversation, since?: FeedCursor): Promise<readonly FeedFrame[]> {
  const over = new AbortController()
  const frames: FeedFrame[] = []
  const reading = (async () => {
    for await (const frame of conversation.feed({ ...(since && { since }), signal: over.signal }))
      frames.push(frame)
  })()
  // What is there comes without waiting for anything but promises.
  await new Promise((resolve) => setImmediate(resolve))
  over.abort()
  await reading
  return frames
}
