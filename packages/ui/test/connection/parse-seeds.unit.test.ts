import { expect, test } from 'vitest'
import { parseListMessage } from '../../src/connection/parse-list-message.ts'
import { parseSeedLists, parseVerdict } from '../../src/connection/parse-seeds.ts'
import type { Seed, SeedLogin } from '../../src/connection/parse-seeds.ts'

const SEED: Seed = {
  id: 'a',
  name: 'work',
  agent: 'codex',
  state: 'idle',
  account: {
    method: 'chatgpt',
    email: 'ada@example.com',
    plan: 'pro',
    expiresAt: 9,
    quotas: [{ label: 'weekly', usedPercent: 34, resetsAt: 5 }],
  },
  createdAt: 1,
  savedAt: 2,
  refreshedAt: 3,
  verified: { at: 4, verdict: 'inconclusive', detail: 'busy' },
  users: [{ name: 'Fix it', sessionId: 's-1', since: 6 }],
}
const WAITING: SeedLogin = {
  id: 'l1',
  method: 'device-code',
  status: { state: 'waiting', url: 'https://issuer.example/d', code: 'AB-1', expiresAt: 7 },
}

test('both lists are read as they are', () => {
  const lists = { seeds: [SEED], logins: [WAITING] }
  expect(parseSeedLists(lists)).toEqual(lists)
  expect(parseListMessage(JSON.stringify({ type: 'seeds', ...lists }))).toMatchObject({
    type: 'seeds',
    lists,
  })
})

test('a message of the list is one of two, or none', () => {
  expect(parseListMessage('{"type":"sessions","sessions":[]}')).toEqual({ type: 'sessions', sessions: [] })
  for (const text of ['', 'null', '[]', '{"type":"other"}', '{"type":"seeds"}', '{"type":"sessions"}'])
    expect(parseListMessage(text)).toBeUndefined()
})

test.each([{ id: 1 }, { state: 'new' }, { savedAt: 'now' }, { users: undefined }, { users: [{}] }])(
  'a seed with %j is none',
  (wrong) => {
    expect(parseSeedLists({ seeds: [{ ...SEED, ...wrong }], logins: [] })).toBeUndefined()
  },
)

test('what only adorns a seed is left out when it is wrong', () => {
  const odd = {
    ...SEED,
    reason: 1,
    account: { ...SEED.account, plan: 2, quotas: [{}] },
    verified: { at: 'x' },
  }
  const [seed] = parseSeedLists({ seeds: [odd], logins: [] })?.seeds ?? []
  expect(seed).not.toHaveProperty('reason')
  expect(seed).not.toHaveProperty('verified')
  expect(seed?.account).toEqual({ method: 'chatgpt', email: 'ada@example.com', expiresAt: 9 })
})

test.each([
  { state: 'starting' },
  { state: 'waiting', url: 'https://issuer.example/d' },
  { state: 'failed', fault: {} },
  { state: 'done' },
  { state: 'other' },
  null,
])('a login that is %j is none', (status) => {
  expect(parseSeedLists({ seeds: [], logins: [{ ...WAITING, status }] })).toBeUndefined()
})

test('the three answers to a check', () => {
  expect(parseVerdict({ type: 'alive' })).toEqual({ verdict: 'alive' })
  expect(parseVerdict({ type: 'dead', proof: 'gone' })).toEqual({ verdict: 'dead', detail: 'gone' })
  expect(parseVerdict({ type: 'inconclusive', reason: 'busy' })).toEqual({
    verdict: 'inconclusive',
    detail: 'busy',
  })
  expect(parseVerdict({ type: 'perhaps' })).toBeUndefined()
})
