import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import type { ModelStep } from '../../src/model-step.ts'
import { openResponsesServer } from '../../src/open-responses-server.ts'
import { scriptedModel } from '../../src/scripted-model.ts'
import { itemsOf, openAppServer, paramsOf, type TurnRun } from '../app-server.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const RESET = 1_795_300_000
const said = ({ messages }: TurnRun) => itemsOf(messages, 'agentMessage').map(({ text }) => text)

const ENDINGS: readonly (readonly [string, readonly ModelStep[], RegExp, unknown])[] = [
  [
    '429',
    [{ fail: { status: 429, retryAfterSeconds: 1 } }],
    /last status: 429/,
    { responseTooManyFailedAttempts: { httpStatusCode: 429 } },
  ],
  [
    'a used-up limit',
    [
      { rateLimits: { primary: { usedPercent: 100, windowMinutes: 300, resetsAt: RESET } } },
      { fail: { status: 429, type: 'usage_limit_reached', resetsAt: RESET, planType: 'plus' } },
    ],
    /hit your usage limit/,
    'usageLimitExceeded',
  ],
  ['500', [{ fail: { status: 500 } }], /high demand/, 'internalServerError'],
  [
    'an overloaded server',
    [{ fail: { status: 503, code: 'server_is_overloaded' } }],
    /at capacity/,
    'serverOverloaded',
  ],
  [
    '401',
    [{ fail: { status: 401, message: 'who are you' } }],
    /401 Unauthorized: who are you/,
    expect.anything(),
  ],
  ['no quota', [{ fail: { code: 'insufficient_quota' } }], /Quota exceeded/, 'usageLimitExceeded'],
  [
    'an overflow of the context',
    [{ fail: { code: 'context_length_exceeded' } }],
    /ran out of room/,
    'contextWindowExceeded',
  ],
  ['a broken connection', [{ say: 'half' }, { drop: true }], /error decoding response body/, 'other'],
  [
    'half a line',
    [{ raw: 'event: response.output_text.delta\ndata: {"type":"resp' }, { drop: true }],
    /error decoding response body/,
    'other',
  ],
  ['a stream without an end', [{ say: 'half' }, { end: true }], /closed before response\.completed/, 'other'],
]

const NUISANCES: readonly (readonly [string, readonly ModelStep[]])[] = [
  ['broken JSON', [{ raw: 'event: response.output_text.delta\ndata: {"type":\n\n' }, { say: 'alive' }]],
  ['an event of another shape', [{ raw: 'data: [1,2]\n\n' }, { say: 'alive' }]],
  ['an unknown event', [{ event: { type: 'response.never_heard_of' } }, { say: 'alive' }]],
  ['a comment', [{ raw: ': nothing\n\n' }, { say: 'alive' }]],
  [
    'an unknown item',
    [{ event: { type: 'response.output_item.done', item: { type: 'hologram' } } }, { say: 'alive' }],
  ],
  ['a slow first byte', [{ firstByteMs: 400 }, { say: 'alive' }]],
  ['a stall in the middle', [{ think: 'hm' }, { waitMs: 400 }, { say: 'alive' }]],
]

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  test.each(ENDINGS)('ends a turn on %s', async (_name, steps, message, info) => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({ model: scriptedModel([{ steps }]) })
    await using app = await openAppServer(directory.path, server.url, { version })
    const run = await app.turn('go')
    expect(run.status).toBe('failed')
    expect(run.error).toMatchObject({ message: expect.stringMatching(message), codexErrorInfo: info })
    expect(server.requests).toHaveLength(1)
  })

  test.each(NUISANCES)('bears %s', async (_name, steps) => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({ model: scriptedModel([{ steps }]) })
    await using app = await openAppServer(directory.path, server.url, { version })
    const run = await app.turn('go')
    expect(run.status).toBe('completed')
    expect(said(run)).toEqual(['alive'])
  })

  test.each<readonly [string, readonly ModelStep[]]>([
    ['500', [{ fail: { status: 500 } }]],
    ['a broken connection', [{ drop: true }]],
    ['a rate limit in the stream', [{ fail: { code: 'rate_limit_exceeded', message: 'try again in 10ms' } }]],
  ])('gets past %s when the script lets it', async (_name, steps) => {
    await using directory = await privateDirectory()
    const model = scriptedModel([{ times: 1, steps }, { steps: [{ say: 'at last' }] }])
    await using server = await openResponsesServer({ model })
    await using app = await openAppServer(directory.path, server.url, { version, retries: 1 })
    expect(said(await app.turn('go'))).toEqual(['at last'])
    expect(server.requests).toHaveLength(2)
  })

  test('reports the limits of the headers and the tokens of the script', async () => {
    await using directory = await privateDirectory()
    const model = scriptedModel({
      always: [
        {
          rateLimits: {
            primary: { usedPercent: 42.5, windowMinutes: 300, resetsAt: RESET },
            secondary: { usedPercent: 7, windowMinutes: 10_080 },
            credits: { hasCredits: true, unlimited: false, balance: '12' },
          },
        },
        { usage: { inputTokens: 1000, cachedTokens: 400, outputTokens: 20, reasoningTokens: 5 } },
      ],
      rules: [{ steps: [{ say: 'hi' }] }],
    })
    await using server = await openResponsesServer({ model })
    await using app = await openAppServer(directory.path, server.url, { version })
    const { messages } = await app.turn('go')
    expect(paramsOf(messages, 'rateLimits').at(-1)).toMatchObject({
      rateLimits: {
        limitId: 'codex',
        primary: { usedPercent: 43, windowDurationMins: 300, resetsAt: RESET },
        secondary: { usedPercent: 7, windowDurationMins: 10_080, resetsAt: null },
        credits: { hasCredits: true, unlimited: false, balance: '12' },
      },
    })
    expect(paramsOf(messages, 'tokenUsage').at(-1)).toMatchObject({
      tokenUsage: {
        last: {
          totalTokens: 1020,
          inputTokens: 1000,
          cachedInputTokens: 400,
          outputTokens: 20,
          reasoningOutputTokens: 5,
        },
      },
    })
  })
})
