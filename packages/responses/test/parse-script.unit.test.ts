import { describe, expect, test } from 'vitest'

import { ResponsesError } from '../src/errors.ts'
import { parseScript } from '../src/parse-script.ts'

function refusal(document: unknown): string {
  try {
    parseScript(document)
  } catch (cause) {
    if (cause instanceof ResponsesError && cause.code === 'bad-script') return cause.message
    throw cause
  }
  throw new Error('it was taken')
}

const withSteps = (...steps: readonly unknown[]) => ({ rules: [{ steps }] })

test('every kind of step is taken as it is', () => {
  const script = {
    always: [{ usage: { inputTokens: 5 } }, { rateLimits: { primary: { usedPercent: 1.5, resetsAt: 9 } } }],
    models: [{ slug: 'm' }],
    rules: [
      {
        when: { text: '^a', agent: 'sub', calls: 0, purpose: 'turn' },
        times: 1,
        steps: [{ say: 'x', chunk: 2 }],
      },
      {
        steps: [
          { headers: { a: 'b' } },
          { firstByteMs: 1 },
          { answer: { any: [1, null] } },
          { think: ['a', 'b'], raw: 'c', deltaMs: 3 },
          { raw: 'data: {' },
          { call: 'exec_command', arguments: { cmd: 'ls' }, namespace: 'n' },
          { custom: 'exec', input: 'text(1)', callId: 'c' },
          {
            patch: [
              { add: 'a', content: '' },
              { update: 'b', replace: [{ from: 'x', to: 'y' }] },
              { delete: 'c' },
            ],
          },
          { plan: [{ step: 'one', status: 'completed' }, { step: 'two' }], explanation: 'why' },
          { agent: 'spawn', message: 'go', name: 'a_1', fork: true },
          { agent: 'send', message: 'more', which: 0 },
          { agent: 'wait', timeoutMs: 5 },
          { agent: 'close' },
          { flood: { deltas: 10, perSecond: 5, text: 'x' } },
          { summary: 's' },
          { waitMs: 1 },
          { event: { type: 't', more: {} } },
          {
            fail: {
              status: 429,
              retryAfterSeconds: 2,
              type: 'usage_limit_reached',
              resetsAt: 9,
              planType: 'plus',
            },
          },
          { drop: true },
          { end: true },
        ],
      },
    ],
  }
  expect(parseScript(script)).toEqual(script)
  expect(parseScript(JSON.stringify(script))).toEqual(script)
})

describe('what is refused, and how', () => {
  test.each([
    ['{', /^not JSON: /],
    [[], 'the script: expected an object'],
    [{}, 'rules: expected a list of rules'],
    [{ rules: [] }, 'rules: expected at least one rule'],
    [{ rules: [{ steps: [] }], rule: [] }, 'the script: unknown key "rule"; did you mean "rules"?'],
    [withSteps('say'), 'rules[0].steps[0]: expected an object'],
    [withSteps({}), /^rules\[0\]\.steps\[0\]: expected one of say, answer, /],
    [
      { rules: [{ steps: [] }, { steps: [] }, { steps: [{ say: 1 }] }] },
      'rules[2].steps[0].say: expected text',
    ],
    [withSteps({ sey: 'x' }), 'rules[0].steps[0]: unknown key "sey"; did you mean "say"?'],
    [withSteps({ say: 'x', chunks: 1 }), 'rules[0].steps[0]: unknown key "chunks"; did you mean "chunk"?'],
    [withSteps({ xylophone: 1 }), /unknown key "xylophone"; known are say, /],
    [withSteps({ say: 'x', drop: true }), 'rules[0].steps[0]: say and drop do not go together'],
    [withSteps({ call: 'a', arguments: [] }), 'rules[0].steps[0].arguments: expected an object'],
    [
      withSteps({ fail: { status: 200 } }),
      'rules[0].steps[0].fail.status: expected a status from 400 to 599',
    ],
    [withSteps({ patch: [{ add: 'a' }] }), 'rules[0].steps[0].patch[0].content: expected text'],
    [
      withSteps({ patch: [{ ad: 'a' }] }),
      'rules[0].steps[0].patch[0]: unknown key "ad"; did you mean "add"?',
    ],
    [withSteps({ agent: 'spwan' }), 'rules[0].steps[0].agent: expected spawn, send, wait or close'],
    [
      withSteps({ agent: 'spawn', mesage: 'x', message: 'x' }),
      /\[0\]: unknown key "mesage"; did you mean "message"\?/,
    ],
    [withSteps({ flood: { deltas: 1.5 } }), 'rules[0].steps[0].flood.deltas: expected a whole number'],
    [{ rules: [{ when: { text: '(' }, steps: [] }] }, 'rules[0].when.text: expected a regular expression'],
    [{ rules: [{ when: 'x', steps: [] }] }, 'rules[0].when: expected an object'],
  ])('%j', (document, message) => {
    const told = refusal(document)
    if (typeof message === 'string') expect(told.split('\n')).toContain(message)
    else expect(told).toMatch(message)
  })

  test('each fault has a line', () => {
    expect(refusal({ rules: [{ steps: [{ say: 1 }, { waitMs: -1 }] }] }).split('\n')).toEqual([
      'rules[0].steps[0].say: expected text',
      'rules[0].steps[1].waitMs: expected 0 or more',
    ])
  })
})
