import { RpcError, type AppServerClient } from '@x/codex-appserver'
import { expect, test } from 'vitest'
import { quotasAfter, readAccount } from '../../src/login/read-account.ts'

/** Answers as an app-server would; who has no answer refuses. */
function clientOf(answers: Readonly<Record<string, unknown>>): AppServerClient {
  const request = (method: string): Promise<unknown> =>
    method in answers
      ? Promise.resolve(answers[method])
      : Promise.reject(new RpcError(method, { code: -32_603, message: 'no' }))
  return { request } as unknown as AppServerClient
}

const window = (usedPercent: number, windowDurationMins: number) => ({
  usedPercent,
  windowDurationMins,
  resetsAt: 2_000_000_000,
})
const codex = { limitId: 'codex', planType: 'pro', primary: window(12, 300), secondary: window(34, 10_080) }
const spark = { limitId: 'spark', limitName: 'Spark', primary: window(5, 300), secondary: null }

test('who it is, the plan, and each limit with what it counts for', async () => {
  const client = clientOf({
    'account/read': {
      account: { type: 'chatgpt', email: 'ada@example.com', planType: 'pro' },
      requiresOpenaiAuth: true,
    },
    'account/rateLimits/read': { rateLimits: codex, rateLimitsByLimitId: { codex, spark } },
  })
  expect(await readAccount(client)).toEqual({
    method: 'chatgpt',
    email: 'ada@example.com',
    plan: 'pro',
    quotas: [
      { label: '5 hours', usedPercent: 12, resetsAt: 2_000_000_000_000 },
      { label: 'weekly', usedPercent: 34, resetsAt: 2_000_000_000_000 },
      { label: '5 hours', usedPercent: 5, resetsAt: 2_000_000_000_000, model: 'Spark' },
    ],
  })
})

test('what Codex refuses to say is unknown', async () => {
  expect(await readAccount(clientOf({}))).toEqual({})
  expect(await readAccount(clientOf({ 'account/rateLimits/read': { rateLimits: codex } }))).toMatchObject({
    plan: 'pro',
    quotas: [{ label: '5 hours' }, { label: 'weekly' }],
  })
  const key = { account: { type: 'apiKey' }, requiresOpenaiAuth: true }
  expect(await readAccount(clientOf({ 'account/read': key }))).toEqual({ method: 'api-key' })
})

test('a limit that is told replaces what was known of it, and no other', () => {
  const known = [
    { label: '5 hours', usedPercent: 1 },
    { label: '5 hours', usedPercent: 2, model: 'Spark' },
    { label: 'weekly', usedPercent: 3 },
  ]
  expect(quotasAfter(known, { ...codex, planType: null, secondary: null })).toEqual([
    { label: '5 hours', usedPercent: 12, resetsAt: 2_000_000_000_000 },
    { label: '5 hours', usedPercent: 2, model: 'Spark' },
    { label: 'weekly', usedPercent: 3 },
  ])
  expect(quotasAfter(undefined, { primary: window(1, 90) })).toMatchObject([{ label: '90 minutes' }])
  expect(quotasAfter([], { primary: { usedPercent: 1 } })).toMatchObject([{ label: 'limit' }])
})
