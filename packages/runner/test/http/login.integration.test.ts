import { describe, expect, test } from 'vitest'
import { ControlCommandError } from '../../src/errors.ts'
import { MemoryJar, ListedSessions, openTestServer, sendRaw } from './test-server.ts'

describe('logging in', () => {
  test('a token becomes a cookie once', async () => {
    await using it = await openTestServer()
    const token = it.server.issueToken()
    const first = await it.ask('POST', '/api/login', { body: { token } })
    expect(first.status).toBe(204)
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^x_0123abcd=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    )
    const again = await it.ask('POST', '/api/login', { body: { token } })
    expect(again.status).toBe(401)
    expect(again.headers['set-cookie']).toBeUndefined()
    expect(JSON.parse(again.text)).toMatchObject({ error: { code: 'bad-token', remedy: expect.any(String) } })
  })

  test('the cookie is needed, and outlives the server', async () => {
    const jar = new MemoryJar()
    let cookie: string
    {
      await using before = await openTestServer({}, new ListedSessions(), jar)
      cookie = await before.login()
    }
    await using after = await openTestServer({}, new ListedSessions(), jar)
    expect((await after.ask('GET', '/api/sessions')).status).toBe(401)
    expect((await after.ask('GET', '/api/sessions', { cookie: 'x_0123abcd=guess' })).status).toBe(401)
    expect((await after.ask('GET', '/api/sessions', { cookie })).status).toBe(200)
    expect(JSON.stringify(jar.logins)).not.toContain(cookie.split('=')[1])
  })

  test('a browser that is logged in gets no second cookie', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const again = await it.ask('POST', '/api/login', { cookie, body: { token: it.server.issueToken() } })
    expect([again.status, again.headers['set-cookie']]).toEqual([204, undefined])
    expect(it.jar.logins).toHaveLength(1)
  })

  test('failed attempts are limited, and keep nobody with a right token out', async () => {
    await using it = await openTestServer()
    const statuses: number[] = []
    for (let attempt = 0; attempt < 25; attempt += 1)
      statuses.push((await it.ask('POST', '/api/login', { body: { token: 'guess' } })).status)
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
    expect(statuses.slice(22)).toEqual([429, 429, 429])
    expect(await it.login()).toMatch(/^x_0123abcd=/)
    expect((await it.ask('POST', '/api/login', { body: { token: 'guess' } })).status).toBe(429)
  })

  test('right tokens are not counted', async () => {
    await using it = await openTestServer()
    for (let login = 0; login < 25; login += 1) expect(await it.login()).toMatch(/^x_0123abcd=/)
  })

  test('comes only from the page itself', async () => {
    await using it = await openTestServer()
    const body = { token: it.server.issueToken() }
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: undefined },
      { host: 'evil.example' },
    ])
      expect((await it.ask('POST', '/api/login', { body, headers })).status).toBe(403)
    expect((await it.ask('POST', '/api/login', { body })).status).toBe(204)
  })
})

describe('logging out', () => {
  test('ends this login and what it looks at, and no other', async () => {
    await using it = await openTestServer()
    const [mine, other] = [await it.login(), await it.login()]
    const myFeed = it.view('/api/sessions/feed', { cookie: mine })
    const otherFeed = it.view('/api/sessions/feed', { cookie: other })
    await Promise.all([myFeed, otherFeed].map(async (feed) => feed.until((frames) => frames.length > 0)))
    const out = await it.ask('POST', '/api/logout', { cookie: mine })
    expect([out.status, out.headers['set-cookie']]).toEqual([
      204,
      ['x_0123abcd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict'],
    ])
    expect(await myFeed.closed).toEqual({ code: 4401, reason: 'logged out' })
    expect((await it.ask('GET', '/api/sessions', { cookie: mine })).status).toBe(401)
    expect((await it.ask('POST', '/api/logout', { cookie: mine })).status).toBe(401)
    expect((await it.ask('GET', '/api/sessions', { cookie: other })).status).toBe(200)
    it.sessions.add('a')
    await otherFeed.until((frames) => frames.length > 1)
    expect(it.jar.logins).toHaveLength(1)
  })

  test('comes only from the page itself', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    for (const headers of [{ origin: 'http://127.0.0.1:1' }, { origin: undefined }])
      expect((await it.ask('POST', '/api/logout', { cookie, headers })).status).toBe(403)
    expect((await it.ask('GET', '/api/logout', { cookie })).status).toBe(404)
    expect((await it.ask('GET', '/api/sessions', { cookie })).status).toBe(200)
  })

  test('that can’t be kept is told, and holds until a restart', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.jar.broken = Object.assign(new Error('cannot write'), { code: 'no-space' })
    const out = await it.ask('POST', '/api/logout', { cookie })
    expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([507, expect.stringContaining('Max-Age=0')])
    expect((await it.ask('GET', '/api/sessions', { cookie })).status).toBe(401)
  })
})

describe('ways around the gate', () => {
  test.each([
    '/api/sessions/',
    '/%61pi/sessions',
    '/API/sessions',
    '/api%2Fsessions',
    '//api/sessions',
    '/./api/sessions',
    '/assets/../api/sessions',
    '/assets/%2e%2e/api/sessions',
    '/assets/..%2fapi/sessions',
    '/index.html/../api/sessions',
    '/index.html%00/api/sessions',
    '/api/login/../sessions',
    '/api/login%2f..%2fsessions',
    '/api/sessions?/api/login',
    '/api/sessions;/index.html',
    'http://127.0.0.1/api/sessions',
    'http://evil.example/',
    '*',
  ])('%s shows nothing without a login', async (target) => {
    await using it = await openTestServer()
    it.sessions.add('secret-name')
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await it.ask(method, target, {})
      expect([method, answer.status]).toEqual([
        method,
        expect.toSatisfy((status) => status === 400 || status === 401),
      ])
      expect(answer.text).not.toContain('secret-name')
    }
  })

  test('requests that no client library writes are turned away', async () => {
    await using it = await openTestServer()
    const { port } = it.server
    const host = `Host: 127.0.0.1:${port}`
    expect(await sendRaw(port, `GET / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)).toContain(' 200 ')
    expect(await sendRaw(port, `GET / HTTP/1.1\r\nConnection: close\r\n\r\n`)).toContain(' 400 ')
    expect(await sendRaw(port, `GET / HTTP/1.0\r\n\r\n`)).toContain(' 403 ')
    expect(await sendRaw(port, `GET / HTTP/1.1\r\n${host}\r\n${host}\r\nConnection: close\r\n\r\n`)).toMatch(
      / 40[03] /,
    )
    expect(
      await sendRaw(port, `GET http://127.0.0.1:${port}/ HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`),
    ).toContain(' 400 ')
    expect(await sendRaw(port, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${host}\r\n\r\n`)).not.toContain(
      ' 200 ',
    )
    expect(
      await sendRaw(
        port,
        `GET /api/sessions HTTP/1.1\r\n${host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      ),
    ).toContain(' 403 ')
  })

  test('a name that was made to point here gains nothing, cookie or not', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const headers = {
      host: `evil.example:${it.server.port}`,
      origin: `http://evil.example:${it.server.port}`,
    }
    expect((await it.ask('GET', '/', { headers })).status).toBe(403)
    expect((await it.ask('GET', '/api/sessions', { cookie, headers })).status).toBe(403)
  })

  test('a page on another port changes nothing with the person’s cookie', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.sessions.add('a')
    for (const headers of [
      { origin: 'http://127.0.0.1:1' },
      { origin: 'null' },
      { origin: undefined },
      { origin: undefined, 'sec-fetch-site': 'same-site' },
    ])
      expect((await it.ask('DELETE', '/api/sessions/a', { cookie, headers })).status).toBe(403)
    expect(it.sessions.list()).toHaveLength(1)
    expect((await it.ask('DELETE', '/api/sessions/a', { cookie })).status).toBe(204)
  })
})

describe('the control door', () => {
  const secret = 's'.repeat(43)

  test('runs commands for who knows the secret and is no browser', async () => {
    const commands: unknown[] = []
    const run = async (command: unknown) => ({ count: commands.push(command) })
    await using it = await openTestServer({ control: { secret, run } })
    const program = { origin: undefined, authorization: `Bearer ${secret}` }
    const good = await it.ask('POST', '/api/control', { body: { do: 'token' }, headers: program })
    expect([good.status, good.text]).toEqual([200, '{"count":1}'])
    for (const headers of [
      { authorization: `Bearer ${secret}` },
      { origin: undefined, authorization: `Bearer ${secret.slice(1)}` },
      { origin: undefined },
      { ...program, host: 'localhost' },
    ])
      expect((await it.ask('POST', '/api/control', { body: {}, headers })).status).toBe(403)
    expect(commands).toEqual([{ do: 'token' }])
  })

  test('says of a command that can’t be read that this is the command’s fault', async () => {
    const run = async () => Promise.reject(new ControlCommandError('directory: an absolute path is needed'))
    await using it = await openTestServer({ control: { secret, run } })
    const headers = { origin: undefined, authorization: `Bearer ${secret}` }
    const refused = await it.ask('POST', '/api/control', { body: {}, headers })
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      400,
      { error: { code: 'bad-command', message: 'directory: an absolute path is needed' } },
    ])
    expect(it.errors).toEqual([])
  })

  test('is not there when nobody asked for it', async () => {
    await using it = await openTestServer()
    const headers = { origin: undefined, authorization: `Bearer ${secret}` }
    expect((await it.ask('POST', '/api/control', { body: {}, headers })).status).toBe(403)
  })
})
