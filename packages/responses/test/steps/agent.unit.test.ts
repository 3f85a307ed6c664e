import { expect, test } from 'vitest'

import type { ToolOffer } from '../../src/model-request.ts'
import { agentAsCall } from '../../src/steps/agent.ts'
import { output, requestWith, user } from '../read-fixture.ts'

const spawn = (callId: string) => ({
  type: 'function_call',
  call_id: callId,
  name: 'spawn_agent',
  arguments: '{}',
})
const conversation = (...names: readonly string[]) =>
  requestWith(
    'codex-0.169.0',
    user('go'),
    ...names.flatMap((name, index) => [spawn(String(index)), output(String(index), name)]),
  )
const offered = (request: ReturnType<typeof conversation>, ...tools: readonly ToolOffer[]) => ({
  ...request,
  tools,
})
const OLDER = { name: 'spawn_agent', kind: 'function', namespace: 'multi_agent_v1' }
const NEWER = { name: 'spawn_agent', kind: 'function', namespace: 'collaboration' }
const BARE = { name: 'spawn_agent', kind: 'function' }

const two = conversation('{"agent_id":"id-1","nickname":"Ada"}', '{"agent_id":"id-2","nickname":null}')

test.each([
  ['offered', [OLDER]],
  ['to be searched for', []],
])('the older way, %s', (_how, tools) => {
  const request = offered(two, ...tools)
  const calls = [
    agentAsCall({ agent: 'spawn', message: 'm', name: 'n' }, request),
    agentAsCall({ agent: 'send', message: 'm', which: 0 }, request),
    agentAsCall({ agent: 'wait' }, request),
    agentAsCall({ agent: 'close' }, request),
  ]
  expect(calls.map(({ call, arguments: args }) => [call, args])).toEqual([
    ['spawn_agent', { message: 'm', fork_context: false }],
    ['send_input', { target: 'id-1', message: 'm' }],
    ['wait_agent', { targets: ['id-1', 'id-2'], timeout_ms: 60_000 }],
    ['close_agent', { target: 'id-2' }],
  ])
  if (tools.length === 0)
    expect(calls.map(({ namespace }) => namespace)).toEqual(Array(4).fill('multi_agent_v1'))
})

test.each([[NEWER], [BARE]])('the newer way: %j', (tool) => {
  const request = offered(conversation('{"task_name":"/root/n"}'), tool)
  expect([
    agentAsCall({ agent: 'spawn', message: 'm' }, request),
    agentAsCall({ agent: 'send', message: 'm' }, request),
    agentAsCall({ agent: 'wait', timeoutMs: 9 }, request),
    agentAsCall({ agent: 'close' }, request),
  ]).toEqual([
    { call: 'spawn_agent', arguments: { message: 'm', task_name: 'helper', fork_turns: 'none' } },
    { call: 'followup_task', arguments: { target: '/root/n', message: 'm' } },
    { call: 'wait_agent', arguments: { timeout_ms: 9 } },
    { call: 'interrupt_agent', arguments: { target: '/root/n' } },
  ])
})

test('nobody can be reached before one was spawned', () => {
  expect(() => agentAsCall({ agent: 'close' }, conversation('no'))).toThrow('no such agent')
})
