import { expect, test } from 'vitest'
import { emptyConversation } from '../../src/conversation/conversation-state.ts'
import { foldFrame } from '../../src/conversation/fold-frame.ts'

const state = emptyConversation('thread', '/work')
const view = { cursor: { epoch: 'e', seq: 4 }, state }
const events = (seq: number, epoch = 'e') =>
  ({ type: 'events', epoch, seq, events: [{ type: 'link-changed', link: { state: 'ended' } }] }) as const

test('a snapshot replaces whatever there was', () => {
  const snapshot = { type: 'snapshot', epoch: 'f', seq: 2, state } as const
  for (const before of [undefined, view])
    expect(foldFrame(before, snapshot)).toEqual({ cursor: { epoch: 'f', seq: 2 }, state })
})

test('the next frame is folded in', () => {
  expect(foldFrame(view, events(5))).toEqual({
    cursor: { epoch: 'e', seq: 5 },
    state: { ...state, link: { state: 'ended' } },
  })
})

test('a frame that is known changes nothing', () => {
  expect([foldFrame(view, events(4)), foldFrame(view, events(1))]).toEqual([view, view])
  expect(foldFrame(view, events(4))).toBe(view)
})

test('a gap, another epoch, or no beginning: the viewer must ask anew', () => {
  expect([
    foldFrame(view, events(6)),
    foldFrame(view, events(5, 'f')),
    foldFrame(undefined, events(1)),
  ]).toEqual([undefined, undefined, undefined])
})
