import type { ThreadItem } from '@x/codex-appserver'
import { describe, expect, test } from 'vitest'
import { translateItem } from '../../src/conversation/translate-item.ts'

const base = { id: 'i', phase: 'done' as const }

const ITEMS: readonly [ThreadItem | Record<string, unknown>, Record<string, unknown>][] = [
  [
    { type: 'plan', text: '# Plan' },
    { type: 'plan', text: '# Plan' },
  ],
  [
    {
      type: 'mcpToolCall',
      server: 'notes',
      tool: 'find',
      status: 'completed',
      arguments: { q: 'x' },
      result: {
        content: [
          { type: 'text', text: 'one' },
          { type: 'image', data: 'aaaa' },
          { type: 'resource', resource: { uri: 'a:b', text: 'two' } },
        ],
      },
      error: null,
      durationMs: 7,
    },
    {
      type: 'tool-call',
      server: 'notes',
      tool: 'find',
      status: 'completed',
      input: '{"q":"x"}',
      output: 'one\n[image]\ntwo',
      durationMs: 7,
    },
  ],
  [
    {
      type: 'mcpToolCall',
      server: 'notes',
      tool: 'find',
      status: 'completed',
      arguments: null,
      result: { content: [], structuredContent: { found: 1 } },
    },
    {
      type: 'tool-call',
      server: 'notes',
      tool: 'find',
      status: 'completed',
      input: '',
      output: '{"found":1}',
    },
  ],
  [
    {
      type: 'mcpToolCall',
      server: 'notes',
      tool: 'find',
      status: 'failed',
      arguments: {},
      error: { message: 'no such note' },
    },
    {
      type: 'tool-call',
      server: 'notes',
      tool: 'find',
      status: 'failed',
      input: '{}',
      output: 'no such note',
    },
  ],
  [
    {
      type: 'dynamicToolCall',
      namespace: null,
      tool: 'lookup',
      arguments: { q: 'x' },
      status: 'completed',
      success: false,
      contentItems: [
        { type: 'inputText', text: 'it broke' },
        { type: 'inputImage', imageUrl: 'data:' },
      ],
    },
    {
      type: 'tool-call',
      tool: 'lookup',
      status: 'failed',
      input: '{"q":"x"}',
      output: 'it broke\n[inputImage]',
    },
  ],
  [
    {
      type: 'collabAgentToolCall',
      tool: 'spawnAgent',
      status: 'inProgress',
      senderThreadId: 'main',
      receiverThreadIds: ['a'],
      prompt: 'look around',
      agentsStates: {},
    },
    {
      type: 'agent-call',
      action: 'spawnAgent',
      status: 'running',
      prompt: 'look around',
      agentIds: ['a'],
    },
  ],
  [
    { type: 'subAgentActivity', kind: 'started', agentThreadId: 'a', agentPath: '/root/helper' },
    { type: 'agent-call', action: 'started', status: 'completed', agentIds: ['a'] },
  ],
  [
    { type: 'webSearch', query: '', action: { type: 'openPage', url: 'https://example.test' } },
    { type: 'web-search', query: 'https://example.test' },
  ],
  [
    { type: 'webSearch', query: '', action: { type: 'search', query: null, queries: ['one', 'two'] } },
    { type: 'web-search', query: 'one, two' },
  ],
  [
    { type: 'imageView', path: '/work/a.png' },
    { type: 'picture', path: '/work/a.png' },
  ],
  [
    { type: 'imageGeneration', status: 'completed', savedPath: '/work/b.png', result: 'aaaa' },
    { type: 'picture', path: '/work/b.png' },
  ],
  [{ type: 'imageGeneration', status: 'completed', result: 'aaaa' }, { type: 'picture' }],
  [{ type: 'contextCompaction' }, { type: 'compaction' }],
  [
    { type: 'enteredReviewMode', review: 'the last commit' },
    { type: 'other', kind: 'enteredReviewMode', text: 'the last commit' },
  ],
  [
    { type: 'exitedReviewMode', review: 'fine' },
    { type: 'other', kind: 'exitedReviewMode', text: 'fine' },
  ],
  [
    {
      type: 'hookPrompt',
      fragments: [
        { text: 'a', hookRunId: '1' },
        { text: 'b', hookRunId: '1' },
      ],
    },
    { type: 'other', kind: 'hookPrompt', text: 'a\nb' },
  ],
  [
    { type: 'sleep', durationMs: 12_000 },
    { type: 'other', kind: 'sleep', text: '12 s' },
  ],
  [
    { type: 'functionCallOutput', name: 'wait', output: [{ type: 'input_text', text: 'done' }] },
    { type: 'other', kind: 'functionCallOutput', text: 'wait: done' },
  ],
  [
    {
      type: 'agentMessage',
      text: 'I go on.',
      questions: [{ title: 'Which?', options: ['a', 'b'] }, { title: 'Why?' }],
    },
    { type: 'agent-message', text: 'I go on.\n\n- Which? (a / b)\n- Why?' },
  ],
  [
    {
      type: 'userMessage',
      content: [
        { type: 'text', text: 'see' },
        { type: 'localImage', path: '/tmp/pic.png' },
        { type: 'mention', name: 'notes.md', path: '/work/notes.md' },
      ],
    },
    { type: 'user-message', text: 'see', attachments: ['pic.png', 'notes.md'] },
  ],
]

describe('translateItem', () => {
  test.each(ITEMS.map(([item, shown]) => [String(item['type' as keyof typeof item]), item, shown] as const))(
    'gives %s its form',
    (_, item, shown) => {
      expect(translateItem({ ...item, id: 'i' } as ThreadItem, 'done')).toEqual({ ...base, ...shown })
    },
  )

  test.each([
    { type: 'fileChange', id: 'i', status: 'completed' },
    { type: 'userMessage', id: 'i' },
    { type: 'mcpToolCall', id: 'i', status: 'failed', error: {} },
    { type: 'hookPrompt', id: 'i' },
    { type: 'sleep', id: 'i' },
  ])('names what is not as it should be: $type', (item) => {
    expect(translateItem(item as unknown as ThreadItem, 'done')).toMatchObject({ id: 'i', phase: 'done' })
  })

  test('never throws for an item without a name', () => {
    expect(translateItem({} as ThreadItem, 'open')).toEqual({
      type: 'other',
      id: 'unnamed',
      phase: 'open',
      kind: 'unknown',
      text: '',
    })
  })

  test('bounds what goes into a tool and what comes out', () => {
    const long = 'x'.repeat(70_000)
    const item = {
      type: 'dynamicToolCall',
      id: 'i',
      tool: 'lookup',
      arguments: { long },
      status: 'completed',
      contentItems: [{ type: 'inputText', text: long }],
    } as unknown as ThreadItem
    const shown = translateItem(item, 'done')
    if (shown.type !== 'tool-call') throw new Error(`unexpected ${shown.type}`)
    expect([shown.input.length, shown.output.length]).toEqual([65_536, 65_536])
    expect(shown.output.endsWith('…')).toBe(true)
  })
})
