import fc from 'fast-check'
import type { Approval } from '../../src/conversation/approval.ts'
import type { ConversationEvent } from '../../src/conversation/conversation-event.ts'
import type { Item } from '../../src/conversation/item.ts'

const turnId = fc.constantFrom('t1', 't2', 't3')
/** An id names its kind, as the agent's do: one item is never two kinds. */
const itemId = fc.constantFrom('message-1', 'message-2', 'reasoning-1', 'command-1', 'command-2')
/** Pieces so long that a few of them pass what is kept of an output. */
const piece = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(90_000, 150_000, 400_000))
    .map(([one, n]) => one.repeat(n)),
)
const fault = fc.record({ message: fc.string() })
const ended = fc.constantFrom('completed', 'interrupted', 'failed')

function kindOf(id: string): 'agent-message' | 'reasoning' | 'command' {
  if (id.startsWith('command')) return 'command'
  return id.startsWith('reasoning') ? 'reasoning' : 'agent-message'
}

function itemOf(id: string, text: string): Item {
  const type = kindOf(id)
  if (type !== 'command') return { id, phase: 'open', type, text }
  return {
    id,
    phase: 'open',
    type,
    command: 'make',
    cwd: '/',
    status: 'running',
    output: text,
    outputDropped: 0,
  }
}

export function approvalOf(id: string, turn: string): Approval {
  return {
    id,
    turnId: turn,
    itemId: 'command-1',
    kind: 'command',
    leavesSandbox: false,
    choices: ['accept', 'decline'],
    requestedAt: 0,
  }
}

/** Any event, in any order: also those that make no sense in their place. */
export const anyEvent: fc.Arbitrary<ConversationEvent> = fc.oneof(
  {
    weight: 1,
    arbitrary: turnId.map(
      (id) =>
        ({ type: 'turn-started', turn: { id, status: 'in-progress', items: [], startedAt: 5 } }) as const,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('turn-ended' as const),
      turnId,
      status: ended,
      endedAt: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('turn-waiting' as const), turnId, waiting: fault }) },
  { weight: 1, arbitrary: turnId.map((id) => ({ type: 'turn-waiting', turnId: id }) as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('turn-usage' as const),
      turnId,
      usage: fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat(), totalTokens: fc.nat() }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(turnId, itemId, fc.constantFrom('item-started', 'item-completed'), fc.constantFrom('', 'begin'))
      .map(([turn, id, type, text]) => ({ type, turnId: turn, item: itemOf(id, text) }) as const),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(turnId, itemId, piece)
      .map(
        ([turn, id, text]) =>
          ({ type: 'item-delta', turnId: turn, itemId: id, kind: kindOf(id), text }) as const,
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a1', 'a2'), turnId)
      .map(([id, turn]) => ({ type: 'approval-requested', approval: approvalOf(id, turn) }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('a1', 'a2')
      .map((id) => ({ type: 'approval-resolved', approvalId: id }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(3)
      .map(
        (attempt) =>
          ({ type: 'link-changed', link: { state: 'reconnecting', attempt, reason: 'cut' } }) as const,
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(30)
      .map((n) => ({ type: 'notice', notice: { id: `n${n}`, level: 'info', message: 'said' } }) as const),
  },
)

export const anyEvents = fc.array(anyEvent, { maxLength: 60 })
