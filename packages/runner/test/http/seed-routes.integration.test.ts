import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListedSeed } from '../../src/seed-directory.ts'
import { openStoredSeeds, type StoredSeeds } from './stored-seeds.ts'
import { openTestServer, type Answer, type AskOptions, type TestServer } from './test-server.ts'

let store: Awaited<ReturnType<typeof openStoredSeeds>>
let seeds: StoredSeeds
let server: TestServer
let cookie: string

beforeAll(async () => {
  store = await openStoredSeeds()
  seeds = store.seeds
  server = await openTestServer({ seeds, usualLogin: 'the offline model' })
  cookie = await server.login()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const ask = (method: string, target: string, body?: unknown, more: AskOptions = {}): Promise<Answer> =>
  server.ask(method, target, { cookie, body, ...more })
const refused = ({ status, text }: Answer) => [status, JSON.parse(text).error.code]

describe('seeds', () => {
  test('are listed without a secret, and the feed tells of every change', async () => {
    const viewer = server.view('/api/sessions/feed', { cookie })
    const seed = await seeds.capture('good-canary-1', 'work')
    const { text } = await ask('GET', '/api/seeds')
    expect(JSON.parse(text).seeds).toEqual([expect.objectContaining({ id: seed.id, name: 'work' })])
    expect(text).not.toContain('canary')
    expect((await ask('PUT', `/api/seeds/${seed.id}/name`, { name: '  at work ' })).status).toBe(204)
    const frames = await viewer.until((all) => all.some((frame) => frame.includes('"at work"')))
    expect(frames.map((frame) => JSON.parse(frame).type)).toEqual(
      expect.arrayContaining(['sessions', 'seeds']),
    )
    expect(frames.join('')).not.toContain('canary')
    viewer.socket.terminate()
  })

  test('are verified with one of three answers', async () => {
    const verdicts: unknown[] = []
    for (const key of ['good-1', 'bad-1', 'odd-1']) {
      const { id } = await seeds.capture(key, key)
      verdicts.push(JSON.parse((await ask('POST', `/api/seeds/${id}/verify`)).text))
    }
    expect(verdicts).toEqual([
      { type: 'alive' },
      { type: 'dead', proof: 'the provider does not know this key' },
      { type: 'inconclusive', reason: 'the provider is too busy' },
    ])
    expect(seeds.list().find(({ name }) => name === 'bad-1')?.state).toBe('dead')
  })

  test('one in use is not deleted, and the refusal says who uses it', async () => {
    const { id } = await seeds.capture('good-2', 'busy')
    const lease = await seeds.lease(id, 'fix the login')
    const answer = await ask('DELETE', `/api/seeds/${id}`)
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      409,
      {
        error: {
          code: 'in-use',
          message: '“busy” is used by “The session fix the login” on here.',
          remedy: 'End what uses it first.',
        },
      },
    ])
    await lease.release()
    expect((await ask('DELETE', `/api/seeds/${id}`)).status).toBe(204)
    expect(seeds.list().some((seed) => seed.id === id)).toBe(false)
  })

  test('one is exported under a passphrase, and imported with it alone', async () => {
    const { id } = await seeds.capture('good-canary-3', 'moved')
    const how = { passphrase: 'four words of mine' }
    const answer = await ask('POST', `/api/seeds/${id}/export`, how)
    expect([answer.status, answer.headers['content-type'], answer.headers['content-disposition']]).toEqual([
      200,
      'application/octet-stream',
      'attachment; filename="seed.x-export"',
    ])
    expect(answer.text).toMatch(/^x-seed-export 1 /)
    expect(answer.text).not.toContain('canary')
    // As bytes: the helper reads text.
    const sealed = Buffer.from(await seeds.export(id, how)).toString('base64')
    const wrong = await ask('POST', '/api/seeds/import', { passphrase: 'other words', sealed })
    expect(refused(wrong)).toEqual([400, 'wrong-passphrase'])
    const right = await ask('POST', '/api/seeds/import', { ...how, sealed, name: 'again' })
    expect([right.status, (JSON.parse(right.text) as ListedSeed).name]).toEqual([201, 'again'])
    const noise = Buffer.from('no export at all').toString('base64')
    expect(refused(await ask('POST', '/api/seeds/import', { ...how, sealed: noise }))).toEqual([
      400,
      'not-an-export',
    ])
  })

  test.each([
    ['PUT', '/api/seeds/none/name', { name: 'x' }],
    ['POST', '/api/seeds/none/verify', undefined],
    ['DELETE', '/api/seeds/none', undefined],
    ['POST', '/api/seeds/none/export', { passphrase: 'long enough' }],
  ])('%s %s is told that there is none', async (method, target, body) => {
    expect(refused(await ask(method, target, body))).toEqual([404, 'no-seed'])
  })

  test.each([
    ['PUT', 'any/name', { name: ' ' }],
    ['PUT', 'any/name', { name: 'a\nb' }],
    ['PUT', 'any/name', { name: 'x'.repeat(201) }],
    ['POST', 'any/export', { passphrase: 'short' }],
    ['POST', 'any/export', { passphrase: 'long enough', more: 1 }],
    ['POST', 'import', { passphrase: 'long enough', sealed: 'no base64!' }],
    ['POST', 'import', '{'],
  ])('%s %s refuses the body %j', async (method, target, body) => {
    expect((await ask(method, `/api/seeds/${target}`, body)).status).toBe(400)
  })

  test('nothing of them is to be had without a login, or from another page', async () => {
    const [{ id } = await seeds.capture('good-4', 'mine')] = seeds.list()
    const target = `/api/seeds/${id}/export`
    const body = { passphrase: 'long enough' }
    const answers = [
      await server.ask('GET', '/api/seeds'),
      await server.ask('POST', target, { body }),
      await ask('POST', target, body, { headers: { origin: 'http://127.0.0.1:1' } }),
      await server.ask('POST', '/api/logins', { body: { method: 'api-key', key: 'k' } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 401])
  })
})

describe('logging in', () => {
  test('begins, shows its code in the feed, and is cancelled', async () => {
    const viewer = server.view('/api/sessions/feed', { cookie })
    const begun = await ask('POST', '/api/logins', { method: 'device-code', name: 'mine' })
    expect([begun.status, JSON.parse(begun.text)]).toMatchObject([201, { id: 'l1', method: 'device-code' }])
    expect(seeds.asked.at(-1)).toEqual({ method: 'device-code', name: 'mine' })
    seeds.loggingIn = [
      {
        id: 'l1',
        method: 'device-code',
        status: { state: 'waiting', url: 'https://issuer.example/d', code: 'AB-1' },
      },
    ]
    seeds.changed()
    await viewer.until((all) => all.some((frame) => frame.includes('AB-1')))
    const second = await ask('POST', '/api/logins', { method: 'device-code' })
    expect([second.status, JSON.parse(second.text).error.remedy]).toEqual([409, 'Cancel that first.'])
    expect((await ask('DELETE', '/api/logins/l1')).status).toBe(204)
    expect(refused(await ask('DELETE', '/api/logins/l1'))).toEqual([404, 'no-login'])
    viewer.socket.terminate()
  })

  test('an API key reaches the port, and neither an answer nor a log', async () => {
    const answer = await ask('POST', '/api/logins', { method: 'api-key', key: ' sk-canary-5 \n' })
    expect(answer.status).toBe(201)
    expect(answer.text).not.toContain('canary')
    expect(seeds.asked.at(-1)).toEqual({ method: 'api-key', key: 'sk-canary-5' })
    await seeds.endLogin('l1')
    expect(JSON.stringify(server.errors)).not.toContain('canary')
  })

  test.each([
    { method: 'api-key', key: 'sk canary' },
    { method: 'api-key', key: '' },
    { method: 'api-key', key: 'x'.repeat(5_000) },
    { method: 'api-key' },
    { method: 'device-code', key: 'sk-canary' },
    { method: 'device-code', 'sk-canary': 1 },
    { method: 'none' },
  ])('%j is refused, and quoted by nobody', async (body) => {
    const answer = await ask('POST', '/api/logins', body)
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('canary')
  })
})

describe('a new session', () => {
  test('may name its login, and the page is told what answers otherwise', async () => {
    const list = await ask('GET', '/api/sessions')
    expect(JSON.parse(list.text).defaults).toEqual({ directory: null, login: 'the offline model' })
    for (const login of ['usual', 'in-terminal', { seedId: 'a' }])
      expect((await ask('POST', '/api/sessions', { directory: null, login })).status).toBe(201)
    for (const login of ['none', {}, { seedId: '' }, { seedId: 'a', more: 1 }, null])
      expect(refused(await ask('POST', '/api/sessions', { directory: null, login }))).toEqual([
        400,
        'bad-request',
      ])
  })
})

test('a server without seeds has no such routes, and its feed does not speak of them', async () => {
  await using bare = await openTestServer()
  const login = await bare.login()
  expect((await bare.ask('GET', '/api/seeds', { cookie: login })).status).toBe(404)
  const viewer = bare.view('/api/sessions/feed', { cookie: login })
  expect((await viewer.until((all) => all.length > 0)).map((frame) => JSON.parse(frame).type)).toEqual([
    'sessions',
  ])
  viewer.socket.terminate()
})
