import { expect, test } from 'vitest'

import { chatModel } from '../../src/chat/chat-model.ts'
import type { ModelRequest } from '../../src/model-request.ts'
import type { ModelStep } from '../../src/model-step.ts'
import { call, ended, output, requestWith, user, type WireItem } from '../read-fixture.ts'

function steps(...items: readonly WireItem[]): ModelStep[] {
  const request = requestWith('codex-0.142.5', ...items)
  return answer(request)
}

function answer(request: ModelRequest): ModelStep[] {
  return [...(chatModel().respond(request, { signal: new AbortController().signal }) as Iterable<ModelStep>)]
}

const other = (callId: string, name: string) => ({
  type: 'function_call',
  call_id: callId,
  name,
  arguments: '{}',
})

test('a patch that fails is told, and nothing more is tried', () => {
  expect(steps(user('patch'), other('a', 'apply_patch'), output('a', 'verification failed'))).toEqual([
    { say: 'The files were not changed:\n\n```text\nverification failed\n```' },
  ])
})

test('agents that could not be spawned are not waited for', () => {
  const spawned = (id: string) => [other(id, 'spawn_agent'), output(id, 'unsupported call: spawn_agent')]
  expect(steps(user('agents'), ...spawned('a'), ...spawned('b'))).toEqual([
    { say: expect.stringContaining('No sub-agent could be spawned') as string },
  ])
})

test('what needs a tool that is not offered says so', () => {
  const request = requestWith('codex-0.142.5', user('plan'))
  expect(answer({ ...request, tools: [] })).toEqual([
    { say: expect.stringContaining('no `update_plan`') as string },
  ])
  const asking = requestWith('codex-0.142.5', user('ask'))
  expect(answer({ ...asking, tools: [] })).toEqual([{ say: expect.stringContaining('cannot ask') as string }])
})

test('limits go out first, even when there is an earlier command to tell of', () => {
  const kinds = steps(user('run: ls'), call('a', 'ls'), output('a', ended(0, '')), user('usage')).map(
    (step) => Object.keys(step)[0],
  )
  expect(kinds).toEqual(['rateLimits', 'say', 'usage', 'say'])
})

test('a new message in the middle of an act is no command to report', () => {
  const told = steps(user('plan'), other('a', 'update_plan'), output('a', 'Plan updated'), user('md'))
  expect(JSON.stringify(told)).not.toContain('update_plan')
})
