import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openTokenEndpoint } from '../../src/broker/token-endpoint.ts'
import { createHandle } from '../../src/broker/session-handle.ts'
import { openBroker } from '../../src/broker/open-broker.ts'
import { ask, openBrokerStage, post, sessionOf, sqliteStage } from './stages.ts'

const shown = (token: string): string => JSON.stringify({ grant_type: 'refresh_token', refresh_token: token })

function headersOf({ headers }: Response): readonly string[] {
  const lines: string[] = []
  headers.forEach((value, name) => lines.push(`${name}: ${value}`))
  return lines.sort()
}

test('a stranger gets one answer, whatever it tries, and no sooner for knowing less', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open()
  const { handle } = await broker.issue(sessionOf(stage.seed))
  const { url, port } = broker
  const json = { 'content-type': 'application/json' }
  const tries: (() => Promise<Response>)[] = [
    () => fetch(`http://127.0.0.1:${port}/`),
    () => fetch(url),
    () => fetch(`${url}/../admin`, { method: 'DELETE' }),
    () => fetch(url, { method: 'POST' }),
    () => fetch(url, { method: 'POST', headers: json, body: '{' }),
    () => fetch(url, { method: 'POST', headers: json, body: shown('rt_guess') }),
    () => fetch(url, { method: 'POST', headers: json, body: shown(createHandle()) }),
    () => fetch(url, { method: 'POST', headers: json, body: shown(`${handle}x`) }),
    () => fetch(`${url}?a=b`, { method: 'POST', headers: json, body: shown(handle) }),
    () =>
      fetch(url, { method: 'POST', headers: { ...json, origin: 'http://evil.test' }, body: shown(handle) }),
    () => fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: shown(handle) }),
  ]
  const seen = new Set<string>()
  const took: number[] = []
  for (const attempt of tries) {
    const began = performance.now()
    const response = await attempt()
    seen.add(JSON.stringify([response.status, headersOf(response), await response.text()]))
    took.push(performance.now() - began)
  }
  expect([...seen]).toHaveLength(1)
  expect([...seen][0]).toContain('401')
  expect(Math.min(...took)).toBeGreaterThan(95)
  expect((await ask(broker, handle)).status).toBe(200)
})

test('what is too long, or no HTTP, costs the sender its connection', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open()
  const { handle } = await broker.issue(sessionOf(stage.seed))
  const long = await post(broker.url, shown(handle) + ' '.repeat(20_000)).catch(() => ({ status: 0 }))
  expect([0, 401]).toContain(long.status)
  const socket = connect({ host: '127.0.0.1', port: broker.port })
  socket.on('error', () => undefined)
  socket.write('what is this\r\n\r\n')
  socket.resume()
  await once(socket, 'close')
  expect(stage.endpoint.ledger).toHaveLength(0)
})

test('a form is as good as JSON', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open()
  const { handle } = await broker.issue(sessionOf(stage.seed))
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: handle }).toString()
  const answer = await post(broker.url, form, 'application/x-www-form-urlencoded')
  expect(answer).toMatchObject({ status: 200, body: { refresh_token: handle } })
})

test('a session that asks all the time has to wait, and no other has', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open({ freshMs: 60_000, rate: { burst: 2, perSecond: 0.1 } })
  const [one, other] = [
    await broker.issue(sessionOf(stage.seed)),
    await broker.issue(sessionOf(stage.seed, 's2')),
  ]
  const answers = [
    await ask(broker, one.handle),
    await ask(broker, one.handle),
    await ask(broker, one.handle),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
  expect(answers[2]?.headers.get('retry-after')).toBe('5')
  expect((await ask(broker, other.handle)).status).toBe(200)
})

test('a port that is taken is said to be', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const { port } = await stage.open()
  const options = { port, answer: async () => ({ type: 'refused' }) as const }
  await expect(openTokenEndpoint(options)).rejects.toMatchObject({ code: 'port-taken' })
  const wrong = openBroker({ store: stage.store.store, providers: {}, exchangeMs: -1 })
  await expect(wrong).rejects.toBeInstanceOf(RangeError)
})

test('closing waits for a refresh that runs, so that its token is saved', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open({ closeMs: 5_000 })
  const { handle } = await broker.issue(sessionOf(stage.seed))
  stage.endpoint.plan({ kind: 'slow', ms: 200, when: 'after' })
  const arriving = stage.endpoint.nextRequest()
  const asking = ask(broker, handle).catch(() => 'cut' as const)
  await arriving
  await broker.close()
  expect(await asking).toBe('cut')
  expect(stage.told).toEqual([['login-refreshed', '']])
  expect((await stage.store.store.seeds.get(stage.seed)).revision).toBe(2)
})

test('a login that can’t be brokered is said to be, without what it holds', async () => {
  await using stage = await openBrokerStage(sqliteStage)
  const broker = await stage.open()
  const { store } = stage.store
  const canary = 'rt_canary_secret'
  const content = [Buffer.from(canary)]
  const odd = await store.seeds.insert({ owner: 'ada', name: 'odd', agent: 'plain', content })
  const alien = await store.seeds.insert({ owner: 'ada', name: 'alien', agent: 'other', content })
  for (const [seed, code] of [
    [odd, 'unusable-login'],
    [alien, 'no-provider'],
  ] as const) {
    const issuing = broker.issue(sessionOf(seed))
    await expect(issuing).rejects.toMatchObject({ code })
    const error: unknown = await issuing.catch((reason: unknown) => reason)
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(canary)
  }
})
