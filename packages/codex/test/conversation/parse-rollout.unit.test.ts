import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRollout, parseRolloutLine } from '../../src/conversation/parse-rollout.ts'

const item = (payload: object): string => JSON.stringify({ timestamp: 'x', type: 'response_item', payload })

describe('parseRollout', () => {
  test('reads what the protocol leaves out, and passes over the rest', () => {
    const lines = [
      JSON.stringify({ type: 'session_meta', payload: { id: 'x' } }),
      JSON.stringify({ type: 'event_msg', payload: { type: 'task_started', turn_id: 't' } }),
      JSON.stringify({ type: 'turn_context', payload: { cwd: '/work', model: 'm' } }),
      item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }),
      item({
        type: 'message',
        role: 'assistant',
        id: 'm',
        content: [{ text: 'one ' }, { other: 1 }, { text: 'two' }],
      }),
      item({ type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c' }),
      item({ type: 'function_call_output', call_id: 'c', output: 'done' }),
      '',
    ]
    expect(parseRollout(lines.join('\n'))).toEqual([
      { type: 'turn-began', turnId: 't' },
      { type: 'turn-context', cwd: '/work' },
      { type: 'agent-said', id: 'm', text: 'one two' },
      { type: 'call', callId: 'c', name: 'exec_command', arguments: { cmd: 'ls' } },
      { type: 'call-answered', callId: 'c', output: 'done' },
    ])
  })

  test.each([
    '{"type":"response_item","payload":{"type":"function_call"',
    '"function_call"',
    'null "function_call"',
    item({ type: 'function_call', name: 1, arguments: '{}', call_id: 'c' }),
    item({ type: 'function_call_output', call_id: 'c', output: { content: [] } }),
    item({ type: 'message', role: 'assistant', id: 'm', content: 'text' }),
    JSON.stringify({ type: 'event_msg', payload: { type: 'task_started' } }),
    JSON.stringify({ type: 'turn_context', payload: null }),
    JSON.stringify(['function_call', 'turn_context']),
  ])('passes over %s', (line) => {
    expect(parseRolloutLine(line)).toBeUndefined()
  })

  test.each(['{', '[]', 'null', '7', '"text"', ''])(
    'takes a call whose arguments are %j for one without any',
    (text) => {
      expect(
        parseRolloutLine(item({ type: 'function_call', name: 'n', arguments: text, call_id: 'c' })),
      ).toEqual({ type: 'call', name: 'n', callId: 'c' })
    },
  )

  test('is not led astray by what a message quotes', () => {
    const quoted = item({
      type: 'message',
      role: 'user',
      content: [{ text: '{"type":"function_call","call_id":"c"}' }],
    })
    expect(parseRolloutLine(quoted)).toBeUndefined()
    const poisoned = item({
      type: 'function_call',
      name: 'n',
      arguments: '{"__proto__":{"cmd":"x"}}',
      call_id: 'c',
    })
    const entry = parseRolloutLine(poisoned)
    expect(entry?.type === 'call' && entry.arguments?.['cmd']).toBe(undefined)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(parseRollout(`"function_call"${text}\n${text}`))).toBe(true)
      }),
    )
  })
})
