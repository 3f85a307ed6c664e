import { describe, expect, test } from 'vitest'

import { parseModelRequest } from '../src/parse-model-request.ts'
import { FIXTURES, mustParse, readFixture } from './read-fixture.ts'

describe.each(FIXTURES)('a request of %s', (name) => {
  const request = mustParse(readFixture(name))

  test('is read into messages, one call and its output', () => {
    const [words, call, output] = request.input.slice(-3)
    expect(words).toMatchObject({ type: 'message', role: 'user', parts: ['please do'], otherParts: 0 })
    expect(call).toMatchObject({ type: 'call', callId: 'c0' })
    expect(output).toMatchObject({
      type: 'output',
      callId: 'c0',
      text: expect.stringContaining('hi') as unknown,
    })
  })

  test('offers a way to run a command', () => {
    const names = request.tools.map((tool) => tool.name)
    expect(names).toContain(name === 'codex-0.169.0-code-mode' ? 'exec' : 'exec_command')
  })

  test('asks for a stream and names its thread', () => {
    expect(request).toMatchObject({ stream: true, threadId: expect.stringMatching(/^0000-/) as unknown })
  })
})

test('nested tools are listed with their group', () => {
  const { tools } = mustParse(readFixture('codex-0.169.0-code-mode'))
  expect(tools).toContainEqual({ name: 'exec', kind: 'custom', namespace: 'functions' })
})

test('what is newer than this code passes', () => {
  const request = mustParse({
    model: 'm',
    input: [
      { type: 'hologram', shape: 'cube' },
      { type: 'message', role: 'oracle', content: [{ type: 'input_image', image_url: 'data:' }] },
    ],
    tools: { not: 'a list' },
    novelty: 1,
  })
  expect(request.input).toEqual([
    { type: 'other', wireType: 'hologram' },
    {
      type: 'message',
      role: 'unknown',
      parts: [],
      otherParts: 1,
      images: [{ url: 'data:', detail: undefined, path: undefined }],
    },
  ])
  expect(request.tools).toEqual([])
  expect(request.body['novelty']).toBe(1)
})

test('a plain string is one message of the person', () => {
  expect(mustParse({ model: 'm', input: 'hello' }).input).toEqual([
    { type: 'message', role: 'user', parts: ['hello'], otherParts: 0, images: [] },
  ])
})

test.each([
  ['{', null],
  ['null', null],
  ['[]', null],
  ['{"model":"m"}', 'input'],
  ['{"input":[]}', 'model'],
  ['{"model":"m","input":[7]}', 'input.0'],
  ['{"model":"m","input":[],"stream":"yes"}', 'stream'],
])('%s is refused at %s', (text, param) => {
  expect(parseModelRequest(text)).toMatchObject({ bad: { param } })
})
