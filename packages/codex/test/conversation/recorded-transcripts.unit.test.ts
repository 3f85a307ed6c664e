import {
  emptyConversation,
  Feed,
  foldConversation,
  foldFrame,
  type ConversationState,
  type FeedFrame,
  type Turn,
} from '@x/agents/conversation'
import { isKnownNotification, type AnyNotification, type KnownNotification } from '@x/codex-appserver'
import { CODEX_VERSIONS, readTranscript, TRANSCRIPT_NAMES } from '@x/transcripts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeHistory } from '../../src/conversation/merge-history.ts'
import { translateNotification } from '../../src/conversation/translate-notification.ts'

/** Recorded over one connection: what was told is all that there was. */
const WHOLE = TRANSCRIPT_NAMES.filter((name) => name !== 'resumed')
const RECORDED = CODEX_VERSIONS.flatMap((version) => WHOLE.map((name) => ({ version, name })))

interface Recording {
  readonly threadId: string
  readonly told: readonly KnownNotification[]
}

function readRecording(version: (typeof CODEX_VERSIONS)[number], name: (typeof WHOLE)[number]): Recording {
  const said = readTranscript(version, name).steps.flatMap((step) => ('emit' in step ? [step.emit] : []))
  const threadId = said
    .map(({ result }) => (result as { readonly thread?: { readonly id?: string } } | undefined)?.thread?.id)
    .find((id) => id !== undefined)
  if (threadId === undefined) throw new Error(`no thread in ${name}`)
  const notifications = said.filter((message) => message['id'] === undefined) as unknown as AnyNotification[]
  return { threadId, told: notifications.filter(isKnownNotification) }
}

/** What a reader folds from here on. */
function play({ threadId, told }: Recording, from: ConversationState): ConversationState {
  let state = from
  for (const notification of told)
    state = foldConversation(
      state,
      translateNotification(threadId, notification, () => state),
    )
  return state
}

function begin({ threadId }: Recording): ConversationState {
  return emptyConversation(threadId, '/home/person/work')
}

/** Turns as a reader may see them; where the order of items is free, by name. */
function turnsOf(state: ConversationState): unknown {
  return state.turns.map(({ items, ...turn }) => ({
    ...turn,
    items: [...items].sort((one, other) => (one.id < other.id ? -1 : 1)),
  }))
}

describe.each(RECORDED)('what Codex $version told in “$name”', ({ version, name }) => {
  const recording = readRecording(version, name)
  const { told } = recording
  const whole = play(recording, begin(recording))

  test('is a conversation that has come to rest', () => {
    expect(whole.turns.length).toBeGreaterThan(0)
    for (const turn of whole.turns) {
      expect(turn.status).not.toBe('in-progress')
      expect(turn.items.filter(({ phase }) => phase !== 'done')).toEqual([])
    }
  })

  test('is the same for a viewer who comes at any frame', async () => {
    const feed = new Feed(begin(recording))
    const viewers: AsyncGenerator<FeedFrame, void>[] = []
    const begun: Promise<IteratorResult<FeedFrame, void>>[] = []
    // A flood has so many frames that are all alike.
    const every = Math.ceil(told.length / 200)
    for (const [at, notification] of told.entries()) {
      if (at % every === 0) {
        const viewer = feed.frames()
        viewers.push(viewer)
        begun.push(viewer.next())
        await begun.at(-1)
      }
      for (const event of translateNotification(recording.threadId, notification, () => feed.state))
        feed.publish(event)
    }
    feed.end()
    expect(feed.state).toEqual(whole)
    for (const [at, viewer] of viewers.entries()) {
      const first = await begun[at]
      if (!first || first.done === true) throw new Error('a viewer got no snapshot')
      let view = foldFrame(undefined, first.value)
      for await (const frame of viewer) view = foldFrame(view, frame)
      expect(view?.state).toEqual(whole)
    }
  })

  test('heals when any stretch of it was missed', () => {
    fc.assert(
      fc.property(fc.nat(told.length), fc.nat(told.length), (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const seen = play({ ...recording, told: told.slice(0, from) }, begin(recording))
        const then = play({ ...recording, told: told.slice(0, to) }, begin(recording))
        const { turns } = mergeHistory(seen.turns, historyOf(then), [])
        const after = play({ ...recording, told: told.slice(to) }, { ...then, turns })
        expect(healed(after)).toEqual(healed(whole))
      }),
      { numRuns: 60 },
    )
  })

  test('is the same when what may come in another order does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(Math.max(0, told.length - 2)), { maxLength: 40 }), (swaps) => {
        const shuffled = [...told]
        for (const at of swaps) {
          const [one, other] = [shuffled[at], shuffled[at + 1]]
          if (one && other && mayChangePlaces(one, other)) shuffled.splice(at, 2, other, one)
        }
        expect(turnsOf(play({ ...recording, told: shuffled }, begin(recording)))).toEqual(turnsOf(whole))
      }),
      { numRuns: 60 },
    )
  })
})

/** As Codex tells it to who comes later: without the text that is just being written. */
function historyOf(state: ConversationState): readonly Turn[] {
  return state.turns.map((turn) => ({ ...turn, items: turn.items.filter(({ phase }) => phase === 'done') }))
}

/** What was being written when the turn was broken off is only known to who was there. */
function healed(state: ConversationState): unknown {
  const broken = state.turns.filter(({ status }) => status !== 'completed').map(({ id }) => id)
  return state.turns.map((turn) => ({
    id: turn.id,
    status: turn.status,
    items: broken.includes(turn.id)
      ? turn.items.filter(({ type }) => type === 'user-message').map(({ id }) => id)
      : [...turn.items].sort((one, other) => (one.id < other.id ? -1 : 1)),
  }))
}

/** Items are told each in its own order; between them, and with the figures of a turn, no order is promised. */
function mayChangePlaces(one: KnownNotification, other: KnownNotification): boolean {
  const [first, second] = [itemOf(one), itemOf(other)]
  return first !== undefined && second !== undefined && first !== second
}

function itemOf({ params }: KnownNotification): string | undefined {
  const { itemId, item } = params as { readonly itemId?: string; readonly item?: { readonly id: string } }
  return itemId ?? item?.id
}
