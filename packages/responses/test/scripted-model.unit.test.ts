import { expect, test } from 'vitest'

import { toolOutputs } from '../src/read-request.ts'
import { scriptedModel } from '../src/scripted-model.ts'
import { call, output, requestWith, user } from './read-fixture.ts'

const context = { signal: new AbortController().signal }

test('the first rule that fits answers', () => {
  const model = scriptedModel([
    { when: (request) => toolOutputs(request).length > 0, steps: [{ say: 'done' }] },
    { when: /^run/, steps: [{ call: 'exec_command', arguments: { cmd: 'ls' } }] },
    { steps: (request) => [{ say: `else: ${String(request.input.length)}` }] },
  ])
  const first = requestWith('codex-0.169.0', user('run it'))
  const second = requestWith('codex-0.169.0', user('run it'), call('a', 'ls'), output('a', 'x'))
  expect(model.respond(first, context)).toEqual([{ call: 'exec_command', arguments: { cmd: 'ls' } }])
  expect(model.respond(second, context)).toEqual([{ say: 'done' }])
  expect(model.respond(requestWith('codex-0.169.0', user('hm')), context)).toEqual([{ say: 'else: 4' }])
})

test('a global expression fits every time', () => {
  const model = scriptedModel([{ when: /hello/g, steps: [{ say: 'hi' }] }])
  const request = requestWith('codex-0.169.0', user('hello'))
  expect([model.respond(request, context), model.respond(request, context)]).toEqual([
    [{ say: 'hi' }],
    [{ say: 'hi' }],
  ])
})

test('without a fitting rule the answer fails and names the message', () => {
  const model = scriptedModel([{ when: /hello/, steps: [] }])
  expect(model.respond(requestWith('codex-0.169.0', user('bye')), context)).toEqual([
    { fail: { code: 'no_rule', message: 'no rule of the script fits "bye"' } },
  ])
})

test('a rule that is used up lets the next one answer', () => {
  const model = scriptedModel([{ times: 2, steps: [{ drop: true }] }, { steps: [{ say: 'ok' }] }])
  const request = requestWith('codex-0.169.0', user('go'))
  expect([1, 2, 3].map(() => model.respond(request, context))).toEqual([
    [{ drop: true }],
    [{ drop: true }],
    [{ say: 'ok' }],
  ])
})

test('what is always done comes first', async () => {
  const model = scriptedModel({
    always: [{ usage: { inputTokens: 1 } }],
    rules: [{ when: { turn: 1 }, steps: [{ say: 'ok' }] }],
  })
  const steps: unknown[] = []
  for await (const step of model.respond(requestWith('codex-0.169.0', user('go')), context)) steps.push(step)
  expect(steps).toEqual([{ usage: { inputTokens: 1 } }, { say: 'ok' }])
})
