import { expect, test } from 'vitest'
import { parseRollout } from '../../src/transcript/parse-rollout.ts'

const event = (payload: object): string => JSON.stringify({ type: 'event_msg', payload })
const item = (payload: object): string => JSON.stringify({ type: 'response_item', payload })

const call = item({
  type: 'function_call',
  name: 'exec_command',
  arguments: '{"cmd":"date"}',
  call_id: 'c',
})
const output = item({
  type: 'function_call_output',
  call_id: 'c',
  output: 'Wall time: 0.1 seconds\nProcess exited with code 1\nOutput:\nno date\n',
})
const answer = item({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] })

const entries = [
  { kind: 'message', clientId: 'm', text: 'run: date' },
  { kind: 'command', callId: 'c', command: 'date', result: { status: 'failed', output: 'no date\n' } },
  { kind: 'answer', text: 'Done.' },
]

test.each([
  ['0.142.5', event({ type: 'user_message', client_id: 'm', message: 'run: date' })],
  [
    '0.169.0',
    event({
      type: 'item_completed',
      item: { type: 'UserMessage', client_id: 'm', content: [{ type: 'text', text: 'run: date' }] },
    }),
  ],
])('a record of %s is read', (_version, message) => {
  const begun = event({ type: 'task_started', turn_id: 't' })
  const text = [begun, message, call, output, answer, event({ type: 'task_complete' })].join('\n')
  expect(parseRollout(text)).toEqual({ turns: [{ id: 't', status: 'completed', entries }] })
})

test('a record that is being written has a turn that runs', () => {
  const text = [event({ type: 'task_started', turn_id: 't' }), call, answer.slice(0, 20)].join('\n')
  expect(parseRollout(text).turns).toMatchObject([{ status: 'in-progress', entries: [{ callId: 'c' }] }])
})
