import { expect, test } from 'vitest'

import type { ModelEvent, ModelStep } from '../../src/model-step.ts'
import { playSteps } from '../../src/server/play-steps.ts'
import { cutText } from '../../src/steps/cut-text.ts'
import { requestWith, user } from '../read-fixture.ts'

const request = requestWith('codex-0.169.0', user('hello'))

async function play(
  steps: readonly ModelStep[],
  signal = new AbortController().signal,
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const played of playSteps(steps, request, signal))
    if ('event' in played) events.push(played.event)
  return events
}

async function collectCalls(steps: readonly ModelStep[], asked: typeof request): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const played of playSteps(steps, asked, new AbortController().signal))
    if ('event' in played && played.event.type === 'response.output_item.done')
      items.push(played.event['item'])
  return items
}

const types = (events: readonly ModelEvent[]) => events.map(({ type }) => type)

test('a message comes as the events that clients of the API expect, numbered', async () => {
  const events = await play([{ say: 'hello you' }])
  expect(types(events)).toEqual([
    'response.created',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
  expect(events.at(-1)).toMatchObject({
    response: {
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'hello you' }] }],
      usage: {
        input_tokens: expect.any(Number),
        output_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
      },
    },
  })
})

test('two items have two places', async () => {
  const events = await play([{ say: 'a' }, { call: 'exec_command', arguments: { cmd: 'ls' }, callId: 'c' }])
  const done = events.filter(({ type }) => type === 'response.output_item.done')
  expect(done).toMatchObject([
    { output_index: 0, item: { type: 'message' } },
    {
      output_index: 1,
      item: { type: 'function_call', call_id: 'c', name: 'exec_command', arguments: '{"cmd":"ls"}' },
    },
  ])
})

test('a custom tool gets its text as it is', async () => {
  expect(await play([{ custom: 'exec', input: 'text(1)' }])).toContainEqual(
    expect.objectContaining({
      item: expect.objectContaining({ type: 'custom_tool_call', input: 'text(1)' }),
    }),
  )
})

test('thoughts are a reasoning item', async () => {
  expect(types(await play([{ think: 'hm' }]))).toContain('response.reasoning_summary_text.delta')
})

test('thoughts have parts, in the open and raw', async () => {
  const events = await play([{ think: ['a b', 'c'], raw: 'd' }])
  expect(
    events.flatMap((event) =>
      event.type.endsWith('.delta') ? [[event['summary_index'], event['content_index'], event['delta']]] : [],
    ),
  ).toEqual([
    [0, undefined, 'a '],
    [0, undefined, 'b'],
    [1, undefined, 'c'],
    [undefined, 0, 'd'],
  ])
  expect(events.at(-2)).toMatchObject({
    item: { summary: [{ text: 'a b' }, { text: 'c' }], content: [{ type: 'reasoning_text', text: 'd' }] },
  })
})

test('the script decides the figures that it gives', async () => {
  const events = await play([
    { usage: { inputTokens: 10 } },
    { say: 'x' },
    { usage: { outputTokens: 5, reasoningTokens: 2 } },
  ])
  expect(events.at(-1)).toMatchObject({
    response: {
      usage: {
        input_tokens: 10,
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 15,
      },
    },
  })
})

test.each<ModelStep>([{ headers: { a: 'b' } }, { rateLimits: {} }, { firstByteMs: 1 }, { agent: 'close' }])(
  '%j fails where it cannot be done',
  async (step) => {
    expect((await play([{ say: 'a' }, step, { say: 'b' }])).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { error: { code: 'bad_step' } },
    })
  },
)

test('a call goes to the group that offers the tool, unless it stands alone too', async () => {
  const call = (tools: (typeof request)['tools']) =>
    collectCalls([{ call: 'look', arguments: {} }], { ...request, tools })
  const grouped = { name: 'look', kind: 'function', namespace: 'eyes' }
  expect(await call([grouped])).toMatchObject([{ name: 'look', namespace: 'eyes' }])
  for (const [item] of [await call([grouped, { name: 'look', kind: 'nested' }]), await call([])])
    expect(item).not.toHaveProperty('namespace')
})

test('a failure ends the answer', async () => {
  const events = await play([{ say: 'a' }, { fail: { code: 'invalid_prompt', message: 'no' } }, { say: 'b' }])
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: {
      status: 'failed',
      error: { code: 'invalid_prompt', message: 'no' },
      output: [{ type: 'message' }],
    },
  })
})

test('a drop ends it without a word', async () => {
  expect(types(await play([{ drop: true }, { say: 'b' }]))).toEqual(['response.created'])
})

test('an event is passed on untouched', async () => {
  const event = { type: 'response.incomplete', response: { id: 'r' } }
  expect(await play([{ event }])).toContain(event)
})

test('an aborted signal ends a wait', async () => {
  const stop = new AbortController()
  const playing = play([{ waitMs: 3_600_000 }], stop.signal)
  stop.abort(new Error('enough'))
  await expect(playing).rejects.toThrow()
})

test.each([
  ['a b  c\n', undefined, ['a ', 'b ', ' c\n']],
  ['1\n2\n', undefined, ['1\n', '2\n']],
  ['   ', undefined, ['   ']],
  ['', undefined, []],
  ['abcde', 2, ['ab', 'cd', 'e']],
  ['😀😀', 1, ['😀', '😀']],
  ['ab', 0, ['a', 'b']],
])('%j in pieces of %s', (text, chunk, pieces) => {
  expect(cutText(text, chunk)).toEqual(pieces)
  expect(cutText(text, chunk).join('')).toBe(text)
})
