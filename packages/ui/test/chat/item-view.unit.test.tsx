import type { Item } from '@x/agents/conversation'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { ItemView } from '../../src/chat/item-view.tsx'

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

/** The words of the item. */
function wordsOf(item: Item, asked = false): string {
  const markup = renderToStaticMarkup(<ItemView item={item} turnId="t1" asked={asked} target={false} />)
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

describe('what has not begun is not said to run', () => {
  test.each([command, files])('$type waits while its approval is open', (item) => {
    expect(wordsOf(item, true)).toContain('waits for you')
    expect(wordsOf(item, true)).not.toContain('running')
    expect(wordsOf(item)).toContain('running')
  })

  test('what has ended says how, whatever is still asked', () => {
    const words = wordsOf({ ...command, phase: 'done', status: 'declined' }, true)
    expect(words).toContain('declined')
    expect(words).not.toContain('waits for you')
  })
})

describe('every kind of item is drawn', () => {
  const done = { id: 'i', phase: 'done' } as const
  test.each<[Item, readonly string[]]>([
    [{ ...done, type: 'user-message', text: 'hello', attachments: ['plan.png'] }, ['hello', 'with plan.png']],
    [{ ...done, type: 'agent-message', text: '**yes**' }, ['yes']],
    [{ ...done, type: 'reasoning', text: '**Looking**\n\nat it' }, ['Looking']],
    [{ ...done, type: 'reasoning', text: '', detail: 'raw' }, ['Thought']],
    [{ ...done, type: 'plan', text: '1. first' }, ['Proposed plan', 'first']],
    [{ ...command, phase: 'done', status: 'failed', exitCode: 3, output: 'no' }, ['failed', 'exit 3', 'no']],
    [
      { ...command, phase: 'done', status: 'refused', refusal: { denied: 'write', path: '/srv/a' } },
      ['refused', 'did not let it write to /srv/a', 'Nothing can be granted'],
    ],
    [
      {
        ...command,
        phase: 'done',
        status: 'refused',
        refusal: { denied: 'network', grant: { network: true } },
      },
      ['did not let it reach the network', 'Grant and try again', 'network access'],
    ],
    [
      {
        ...done,
        type: 'tool-call',
        server: 'docs',
        tool: 'find',
        status: 'failed',
        input: '{"q":1}',
        output: 'none',
      },
      ['failed', 'docs: find', '&quot;q&quot;: 1', 'none'],
    ],
    [
      { ...done, type: 'agent-call', action: 'spawnAgent', status: 'running', agentIds: ['abcdefgh'] },
      ['running', 'spawn agent', 'agent …cdefgh'],
    ],
    [{ ...done, type: 'web-search', query: 'owls' }, ['web search', 'owls']],
    [{ ...done, type: 'picture', path: '/work/a.png' }, ['picture', 'a.png']],
    [{ ...done, type: 'compaction' }, ['shortened']],
    [{ ...done, type: 'other', kind: 'dance', text: 'steps' }, ['dance', 'steps']],
    [{ ...done, phase: 'catching-up', type: 'plan', text: '' }, ['catching up with a plan']],
  ])('%j', (item, words) => {
    const said = wordsOf(item)
    for (const word of words) expect(said).toContain(word)
  })

  test('a picture and a hidden direction mark are words', () => {
    const markup = renderToStaticMarkup(
      <ItemView
        item={{ ...command, command: 'echo \u202egnp.evil' }}
        turnId="t1"
        asked={false}
        target={false}
      />,
    )
    expect(markup).toContain('‹U+202E›')
  })
})
