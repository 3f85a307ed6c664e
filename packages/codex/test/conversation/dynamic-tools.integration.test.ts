import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import type { DynamicTool } from '../../src/conversation/dynamic-tools.ts'
import { callingModel, callTool } from '../calling-model.ts'
import { openWorkshop } from '../workshop.ts'

const inputSchema = { type: 'object', properties: { q: { type: 'string' } } }
const tools: readonly DynamicTool[] = [
  {
    name: 'lookup',
    description: 'Looks something up.',
    inputSchema,
    run: (input) => `found ${JSON.stringify(input)}`,
  },
  {
    name: 'breaks',
    description: 'Never works.',
    inputSchema,
    run: () => Promise.reject(new Error('the shelf is empty')),
  },
]

describe.each(CODEX_VERSIONS)("an embedder's tools in Codex %s", (version) => {
  test('are offered and answer, also when the session is taken up by a new app-server', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const session = await workshop.open({ taskId: 'tools', tools })
    expect(await callTool(session, { call: 'lookup', arguments: { q: 'x' } })).toBe('found {"q":"x"}')
    expect(await callTool(session, { call: 'breaks', arguments: {} })).toBe('the shelf is empty')
    const items = session.conversation.state.turns.flatMap((turn) => turn.items)
    expect(items.filter((item) => item.type === 'tool-call')).toMatchObject([
      { tool: 'lookup', status: 'completed', input: '{"q":"x"}', output: 'found {"q":"x"}', phase: 'done' },
      { tool: 'breaks', status: 'failed', output: 'the shelf is empty', phase: 'done' },
    ])
    await session.close()

    const again = await workshop.open({ taskId: 'tools', tools: [tools[0] as DynamicTool] })
    expect(await callTool(again, { call: 'lookup', arguments: { q: 'y' } })).toBe('found {"q":"y"}')
    // Codex remembers what the thread was begun with.
    expect(await callTool(again, { call: 'breaks', arguments: {} })).toContain('no tool "breaks"')
  })
})
