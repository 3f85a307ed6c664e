import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConversationEvent } from '../../src/conversation/conversation-event.ts'
import { type ConversationState, emptyConversation } from '../../src/conversation/conversation-state.ts'
import { foldConversation } from '../../src/conversation/fold-conversation.ts'
import type { Command, Item } from '../../src/conversation/item.ts'
import { joinDeltas } from '../../src/conversation/join-deltas.ts'
import { anyEvents, approvalOf } from './arbitrary-events.ts'

const EMPTY = emptyConversation('thread', '/work')
const KEPT = 256 * 1024

const oneByOne = (events: readonly ConversationEvent[]) =>
  events.reduce((state, event) => foldConversation(state, [event]), EMPTY)

const push = (batch: ConversationEvent[], event: ConversationEvent) => void batch.push(event)

function inBatches(
  events: readonly ConversationEvent[],
  sizes: readonly number[],
  join: boolean,
): ConversationState {
  let state = EMPTY
  for (let at = 0, turn = 0; at < events.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    const batch: ConversationEvent[] = []
    for (const event of events.slice(at, at + size)) (join ? joinDeltas : push)(batch, event)
    state = foldConversation(state, batch)
    at += size
  }
  return state
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) freeze(part)
  }
  return value
}

const started = (id = 't') =>
  ({ type: 'turn-started', turn: { id, status: 'in-progress', items: [] } }) as const
const ended = (turnId = 't') => ({ type: 'turn-ended', turnId, status: 'completed' }) as const
const message = (text: string, phase: 'open' | 'done' = 'open') =>
  ({ id: 'i', phase, type: 'agent-message', text }) as const
const delta = (text: string, kind: 'agent-message' | 'command' = 'agent-message') =>
  ({ type: 'item-delta', turnId: 't', itemId: 'i', kind, text }) as const
const command = (output: string, outputDropped = 0): Command => ({
  id: 'i',
  phase: 'open',
  type: 'command',
  command: 'make',
  cwd: '/',
  status: 'running',
  output,
  outputDropped,
})
const firstItem = (state: ConversationState): Item | undefined => state.turns[0]?.items[0]

describe('any events in any order', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 })

  test('fold to one state, whatever the batches', () => {
    fc.assert(
      fc.property(anyEvents, sizes, (events, batches) => {
        expect(inBatches(events, batches, false)).toEqual(oneByOne(events))
      }),
      { numRuns: 200 },
    )
  })

  test('fold to one state, whichever deltas were joined', () => {
    fc.assert(
      fc.property(anyEvents, sizes, (events, batches) => {
        expect(inBatches(events, batches, true)).toEqual(oneByOne(events))
      }),
      { numRuns: 200 },
    )
  })

  test('leave the state and the batch that they were given', () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (before, events) => {
        const state = freeze(oneByOne(before))
        expect(foldConversation(state, freeze(events))).toEqual(oneByOne([...before, ...events]))
      }),
      { numRuns: 100 },
    )
  })

  test('keep what must hold in every state', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = oneByOne(events)
        const ids = state.turns.map((turn) => turn.id)
        expect(new Set(ids).size).toBe(ids.length)
        const over = new Set(
          state.turns.filter((turn) => turn.status !== 'in-progress').map((turn) => turn.id),
        )
        expect(state.approvals.filter((approval) => over.has(approval.turnId))).toEqual([])
        expect(state.turns.filter((turn) => turn.waiting && over.has(turn.id))).toEqual([])
        expect(state.notices.length).toBeLessThanOrEqual(20)
        for (const { items } of state.turns) {
          expect(new Set(items.map((item) => item.id)).size).toBe(items.length)
          for (const item of items) {
            if (item.type === 'command') expect(item.output.length).toBeLessThan(2 * KEPT)
            if (item.phase === 'catching-up')
              expect('text' in item ? item.text : 'output' in item && item.output).toBe('')
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('that are told twice change nothing', () => {
    fc.assert(
      fc.property(
        anyEvents.map((events) => events.filter((event) => event.type !== 'item-delta')),
        (events) => {
          for (const event of events) {
            const once = foldConversation(EMPTY, [event])
            expect(foldConversation(once, [event])).toEqual(once)
          }
        },
      ),
    )
  })
})

describe('turns', () => {
  test('an item may complete after its turn has ended', () => {
    const state = oneByOne([
      started(),
      { type: 'item-started', turnId: 't', item: message('') },
      delta('Hel'),
      ended(),
      { type: 'item-completed', turnId: 't', item: message('Hello') },
      delta('late'),
    ])
    expect(state.turns).toEqual([{ id: 't', status: 'completed', items: [message('Hello', 'done')] }])
  })

  test('a start that comes late or twice loses nothing', () => {
    const state = oneByOne([
      { type: 'item-completed', turnId: 't', item: message('Hello') },
      { type: 'turn-started', turn: { id: 't', status: 'in-progress', items: [], startedAt: 7 } },
      { type: 'turn-started', turn: { id: 't', status: 'in-progress', items: [], startedAt: 9 } },
    ])
    expect(state.turns).toEqual([
      { id: 't', status: 'in-progress', startedAt: 7, items: [message('Hello', 'done')] },
    ])
  })

  test('a start after the end does not make it run again', () => {
    expect(oneByOne([ended(), started()]).turns[0]?.status).toBe('completed')
  })

  test('waiting ends with the word or with the turn, and never begins after it', () => {
    const waiting = { type: 'turn-waiting', turnId: 't', waiting: { message: 'no network' } } as const
    expect(oneByOne([started(), waiting]).turns[0]?.waiting).toEqual({ message: 'no network' })
    const over = [{ type: 'turn-waiting', turnId: 't' } as const, ended()]
    for (const event of over)
      expect(oneByOne([started(), waiting, event]).turns[0]).not.toHaveProperty('waiting')
    expect(oneByOne([started(), ended(), waiting]).turns[0]).not.toHaveProperty('waiting')
  })

  test('what is not touched is shared', () => {
    const before = oneByOne([
      started('a'),
      started('b'),
      { type: 'approval-requested', approval: approvalOf('1', 'b') },
    ])
    const link = foldConversation(before, [{ type: 'link-changed', link: { state: 'ended' } }])
    expect([link.turns === before.turns, link.approvals === before.approvals]).toEqual([true, true])
    const end = foldConversation(before, [ended('a')])
    expect([end.turns[1] === before.turns[1], end.approvals === before.approvals]).toEqual([true, true])
    expect(foldConversation(before, [])).toBe(before)
  })
})

describe('an item whose beginning was missed', () => {
  test('shows no later piece, until the whole comes', () => {
    const missed = oneByOne([started(), delta('world'), delta('!')])
    expect(firstItem(missed)).toEqual({ id: 'i', phase: 'catching-up', type: 'agent-message', text: '' })
    const whole = foldConversation(missed, [
      { type: 'item-completed', turnId: 't', item: message('Hello world!') },
    ])
    expect(firstItem(whole)).toEqual(message('Hello world!', 'done'))
  })

  test('is told from one that is open', () => {
    const state = oneByOne([
      started(),
      { type: 'item-started', turnId: 't', item: message('') },
      delta('Hello'),
      delta(' world'),
    ])
    expect(firstItem(state)).toEqual(message('Hello world'))
  })

  test('opens by its very beginning', () => {
    const state = oneByOne([
      delta('lost'),
      { type: 'item-started', turnId: 't', item: message('') },
      delta('Hello'),
    ])
    expect(firstItem(state)).toEqual(message('Hello'))
  })
})

describe('the output of a command', () => {
  const start = { type: 'item-started', turnId: 't', item: command('') } as const

  test('keeps its end, and counts what it dropped', () => {
    const state = oneByOne([start, delta('a'.repeat(3 * KEPT), 'command'), delta('end', 'command')])
    const item = firstItem(state) as Command
    expect(item.output.length + item.outputDropped).toBe(3 * KEPT + 3)
    expect(item.output.length).toBeGreaterThanOrEqual(KEPT)
    expect(item.output.length).toBeLessThan(2 * KEPT)
    expect(item.output.endsWith('aend')).toBe(true)
  })

  test('is the same however its pieces were joined', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 2 * KEPT }), { maxLength: 12 })
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 })
    fc.assert(
      fc.property(pieces, sizes, (lengths, batches) => {
        const deltas = lengths.map((length, n) =>
          delta(String.fromCharCode(97 + n).repeat(length), 'command'),
        )
        const events = [start, ...deltas]
        expect(inBatches(events, batches, true)).toEqual(oneByOne(events))
      }),
      { numRuns: 50 },
    )
  })

  test('stays when the completed item leaves it out, also when that is told twice', () => {
    const done = {
      type: 'item-completed',
      turnId: 't',
      item: { ...command(''), status: 'completed' },
    } as const
    const item = firstItem(oneByOne([start, delta('seen', 'command'), done, done]))
    expect(item).toMatchObject({ phase: 'done', status: 'completed', output: 'seen' })
  })

  test('gives way to that of the completed item, and that is cut too', () => {
    const done = { type: 'item-completed', turnId: 't', item: command('b'.repeat(5 * KEPT)) } as const
    const item = firstItem(oneByOne([start, delta('seen', 'command'), done])) as Command
    expect([item.output.length, item.outputDropped]).toEqual([KEPT, 4 * KEPT])
  })
})

describe('approvals', () => {
  const asked = (id: string, turn = 't') =>
    ({ type: 'approval-requested', approval: approvalOf(id, turn) }) as const

  test('are open until they are resolved or their turn ends', () => {
    const open = oneByOne([started(), asked('1'), asked('2'), asked('3', 'other')])
    expect(open.approvals.map(({ id }) => id)).toEqual(['1', '2', '3'])
    const resolved = foldConversation(open, [{ type: 'approval-resolved', approvalId: '1' }])
    expect(resolved.approvals.map(({ id }) => id)).toEqual(['2', '3'])
    expect(foldConversation(resolved, [ended()]).approvals.map(({ id }) => id)).toEqual(['3'])
  })

  test('keep their place when they are sent again, and never outlive their turn', () => {
    expect(oneByOne([asked('1'), asked('2'), asked('1')]).approvals.map(({ id }) => id)).toEqual(['1', '2'])
    expect(oneByOne([started(), ended(), asked('1')]).approvals).toEqual([])
  })
})

test('the newest 20 notices are kept', () => {
  const said = Array.from(
    { length: 25 },
    (_, n) => ({ type: 'notice', notice: { id: `${n}`, level: 'info', message: '' } }) as const,
  )
  expect(oneByOne(said).notices.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 5}`))
})

describe('the end of a turn', () => {
  test('ends what was being said, also when the agent never completes it', () => {
    const state = oneByOne([
      started(),
      { type: 'item-started', turnId: 't', item: message('') },
      delta('half an ans'),
      ended(),
    ])
    expect(firstItem(state)).toEqual(message('half an ans', 'done'))
  })

  test('leaves nothing of an answer whose beginning was missed, until it comes whole', () => {
    const cut = oneByOne([started(), delta('…wer'), ended()])
    expect(cut.turns[0]?.items).toEqual([])
    const whole = foldConversation(cut, [
      { type: 'item-completed', turnId: 't', item: message('the answer', 'done') },
    ])
    expect(firstItem(whole)).toEqual(message('the answer', 'done'))
  })

  test('leaves a running command as it is: it may complete later', () => {
    const state = oneByOne([started(), { type: 'item-started', turnId: 't', item: command('') }, ended()])
    expect(firstItem(state)?.phase).toBe('open')
  })
})
