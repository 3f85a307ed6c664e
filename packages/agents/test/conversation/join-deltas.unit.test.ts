import { expect, test } from 'vitest'
import type { ConversationEvent } from '../../src/conversation/conversation-event.ts'
import { joinDeltas } from '../../src/conversation/join-deltas.ts'

const delta = (text: string, itemId = 'i', turnId = 't') =>
  ({ type: 'item-delta', turnId, itemId, kind: 'agent-message', text }) as const
const notice = { type: 'notice', notice: { id: 'n', level: 'info', message: '' } } as const

function joined(...events: ConversationEvent[]): ConversationEvent[] {
  const batch: ConversationEvent[] = []
  for (const event of events) joinDeltas(batch, Object.freeze(event))
  return batch
}

test('a delta that follows one of the same item becomes one with it', () => {
  expect(joined(delta('a'), delta('b'), delta('c'))).toEqual([delta('abc')])
})

test('another item, another turn or another event stands between', () => {
  const events = [
    delta('a'),
    delta('b', 'j'),
    delta('c', 'j', 'u'),
    notice,
    delta('d', 'j', 'u'),
    notice,
    notice,
  ]
  expect(joined(...events)).toEqual(events)
})
