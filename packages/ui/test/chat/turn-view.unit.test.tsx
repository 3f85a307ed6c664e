import type { Approval, Item, Turn } from '@x/agents/conversation'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { TurnView } from '../../src/chat/turn-view.tsx'

const command: Item = {
  id: 'c1',
  type: 'command',
  phase: 'open',
  command: 'make it',
  cwd: '/work',
  status: 'running',
  output: '',
  outputDropped: 0,
}
const files: Item = {
  id: 'f1',
  type: 'file-change',
  phase: 'open',
  status: 'running',
  changes: [{ path: '/work/a', kind: 'add', diff: 'a' }],
}

function approvalOf(itemId: string, turnId = 't1'): Approval {
  return {
    id: `a-${itemId}`,
    turnId,
    itemId,
    kind: 'command',
    leavesSandbox: false,
    choices: ['accept'],
    requestedAt: 1,
  }
}

/** The words of the item's line, in a turn that runs. */
function lineOf(item: Item, approvals: readonly Approval[]): string {
  const turn: Turn = { id: 't1', status: 'in-progress', items: [item] }
  const markup = renderToStaticMarkup(
    <TurnView turn={turn} number={1} cwd="/work" approvals={approvals} onStop={() => undefined} />,
  )
  return (/<ol[^>]*>(.*?)<\/ol>/s.exec(markup)?.[1] ?? '').replace(/<[^>]*>/g, ' ')
}

describe('what has not begun is not said to run', () => {
  test.each([command, files])('$type waits while its approval is open', (item) => {
    const line = lineOf(item, [approvalOf(item.id)])
    expect(line).toContain('waits for you')
    expect(line).not.toContain('running')
  })

  test('another item’s approval, and another turn’s, leave it running', () => {
    const line = lineOf(command, [approvalOf('other'), approvalOf('c1', 't0')])
    expect(line).toContain('running')
    expect(line).not.toContain('waits for you')
  })

  test('what has ended says how, whatever is still asked', () => {
    const line = lineOf({ ...command, phase: 'done', status: 'declined' }, [approvalOf('c1')])
    expect(line).toContain('declined')
    expect(line).not.toContain('waits for you')
  })
})
