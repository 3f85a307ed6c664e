import type { ConversationEvent, Item, Turn } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { mergeHistory } from '../../src/conversation/merge-history.ts'

const user = (id: string, clientId?: string): Item => ({
  type: 'user-message',
  id,
  phase: 'done',
  text: id,
  ...(clientId !== undefined && { clientId }),
})
const turn = (id: string, status: Turn['status'], ...items: Item[]): Turn => ({ id, status, items })

describe('mergeHistory', () => {
  test('takes the history as it is when it has all', () => {
    const history = [turn('a', 'completed', user('1')), turn('b', 'in-progress', user('2'))]
    expect(mergeHistory([turn('a', 'in-progress')], history, []).turns).toEqual(history)
  })

  test('keeps a turn that Codex lost, as interrupted', () => {
    const seen = [
      turn('a', 'completed', user('1')),
      turn('b', 'in-progress', user('2')),
      turn('c', 'failed', user('3')),
    ]
    expect(mergeHistory(seen, [turn('a', 'completed', user('1'))], []).turns).toEqual([
      seen[0],
      turn('b', 'interrupted', user('2')),
      seen[2],
    ])
  })

  test('leaves out a lost turn in which nothing was seen, and one that is about to be told', () => {
    const seen = [turn('empty', 'in-progress'), turn('told', 'in-progress', user('1'))]
    const held: ConversationEvent[] = [
      { type: 'turn-started', turn: turn('told', 'in-progress') },
      { type: 'item-completed', turnId: 'told', item: user('1') },
    ]
    const { turns, isKnown } = mergeHistory(seen, [], held)
    expect(turns).toEqual([])
    expect(held.filter(isKnown)).toEqual([])
  })

  test('tells a message once that the history has under another name', () => {
    const history = [turn('a', 'in-progress', user('item-1', 'mine'))]
    const held: ConversationEvent[] = [
      { type: 'item-started', turnId: 'a', item: user('real', 'mine') },
      { type: 'item-completed', turnId: 'a', item: user('real', 'mine') },
      { type: 'item-completed', turnId: 'a', item: user('another', 'theirs') },
      { type: 'item-completed', turnId: 'a', item: user('nameless') },
      { type: 'item-delta', turnId: 'a', itemId: 'm', kind: 'agent-message', text: 'x' },
    ]
    expect(held.filter(mergeHistory([], history, held).isKnown)).toEqual(held.slice(0, 2))
  })

  test('keeps what was seen of a turn as a whole, and believes the history where it tells it', () => {
    const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
    const seen = { ...turn('a', 'in-progress'), usage, diff: 'diff', plan: { steps: [] } }
    const told = { ...turn('a', 'completed', user('1')), usage: { ...usage, totalTokens: 4 } }
    expect(mergeHistory([seen], [told], []).turns).toEqual([{ ...told, diff: 'diff', plan: { steps: [] } }])
  })
})
