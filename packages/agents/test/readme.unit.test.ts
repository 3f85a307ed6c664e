import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Conversation, emptyConversation, Feed } from '../src/conversation/index.ts'
import * as surface from '../src/conversation/index.ts'
import { ask } from './readme-example.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The words of the package.json, which are the README's first. */
const { description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly description: string
}

/** A conversation whose agent answers each message with one word. */
function echoing(feed: Feed): Pick<Conversation, 'send' | 'feed'> {
  return {
    send: (text) => {
      const turn = { id: 't1', status: 'in-progress', items: [] } as const
      const item = { id: 'i1', phase: 'done', type: 'agent-message', text } as const
      feed.publish({ type: 'turn-started', turn })
      feed.publish({ type: 'item-completed', turnId: 't1', item })
      queueMicrotask(() => feed.publish({ type: 'turn-ended', turnId: 't1', status: 'completed' }))
      const result = Promise.resolve({ turnId: 't1', status: 'completed', text } as const)
      return { turnId: Promise.resolve('t1'), text: (async function* () {})(), result }
    },
    feed: (options) => feed.frames(options),
  }
}

describe('the README', () => {
  test('begins with the sentence of the package', () => {
    expect(readme).toContain(`# @x/agents\n\n${description}\n`)
  })

  test('shows the example that runs here', async () => {
    expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
    const conversation = echoing(new Feed(emptyConversation('thread', '/work'))) as Conversation
    const turn = await ask(conversation, 'hello')
    expect(turn).toMatchObject({ id: 't1', status: 'completed', items: [{ text: 'hello' }] })
  })

  test('names every value that the package exports', () => {
    expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })

  test('names every code of its errors', () => {
    const source = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8')
    const codes = Array.from(source.matchAll(/^ \* - `([\w-]+)`/gm), ([, code]) => code ?? '')
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
  })
})
