import { describe, expect, test } from 'vitest'
import { createGate, type RequestFacts } from '../../../src/http/auth/gate.ts'
import { LoginCookies } from '../../../src/http/auth/login-cookies.ts'
import { createSecret } from '../../../src/http/auth/secret.ts'

const OWN = 'http://127.0.0.1:4000'

async function openGate() {
  const jar = { read: async () => [], write: async () => undefined }
  const cookies = await LoginCookies.load('x_0123abcd', jar, {
    onError: () => undefined,
    now: () => 0,
  })
  const cookie = (await cookies.grant()).split(';')[0] ?? ''
  const secret = createSecret()
  const gate = createGate({
    port: 4000,
    cookies,
    isOpen: (method, path) => path === '/' || (method === 'POST' && path === '/api/login'),
    controlSecret: secret,
  })
  const ask = (
    method: string,
    target: string,
    headers: Record<string, string | string[]> = {},
    upgrade = false,
  ): number | 'pass' => {
    const facts: RequestFacts = {
      method,
      target,
      upgrade,
      headers: Object.fromEntries(
        Object.entries({ host: '127.0.0.1:4000', ...headers }).map(([name, value]) => [name, [value].flat()]),
      ),
    }
    const verdict = gate(facts)
    return verdict.pass ? 'pass' : verdict.status
  }
  return { ask, cookie, secret }
}

describe('the gate', () => {
  test('takes a login for everything but what is open by name', async () => {
    const { ask, cookie } = await openGate()
    expect(ask('GET', '/')).toBe('pass')
    expect(ask('GET', '/api/sessions')).toBe(401)
    expect(ask('GET', '/api/sessions', { cookie })).toBe('pass')
    expect(ask('GET', '/anything')).toBe(401)
    expect(ask('GET', '/api/login')).toBe(401)
    expect(ask('OPTIONS', '/api/sessions', { origin: OWN })).toBe(401)
  })

  test.each(['127.0.0.1:4000', 'localhost:4000', '[::1]:4000'])('Host %s is this machine', async (host) => {
    const { ask, cookie } = await openGate()
    expect(ask('GET', '/api/sessions', { host, cookie })).toBe('pass')
  })

  test.each(['evil.example:4000', '127.0.0.1', '127.0.0.1:4001', 'localhost', 'LOCALHOST.evil:4000', ''])(
    'Host %j is another one',
    async (host) => {
      const { ask, cookie } = await openGate()
      expect(ask('GET', '/', { host })).toBe(403)
      expect(ask('GET', '/api/sessions', { host, cookie })).toBe(403)
    },
  )

  test('two Host or Origin headers are none', async () => {
    const { ask, cookie } = await openGate()
    expect(ask('GET', '/', { host: ['127.0.0.1:4000', '127.0.0.1:4000'] })).toBe(403)
    expect(ask('POST', '/api/sessions', { cookie, origin: [OWN, OWN] })).toBe(403)
  })

  test.each(['null', 'http://localhost:4000', 'https://127.0.0.1:4000', 'http://127.0.0.1:4001', ''])(
    'Origin %j is another page',
    async (origin) => {
      const { ask, cookie } = await openGate()
      expect(ask('GET', '/api/sessions', { cookie, origin })).toBe(403)
      expect(ask('POST', '/api/login', { origin })).toBe(403)
      expect(ask('GET', '/api/sessions/feed', { cookie, origin }, true)).toBe(403)
    },
  )

  test('a request that changes something comes provably from the page', async () => {
    const { ask, cookie } = await openGate()
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH', 'get']) {
      expect(ask(method, '/api/sessions', { cookie })).toBe(403)
      expect(ask(method, '/api/sessions', { cookie, 'sec-fetch-site': 'none' })).toBe(403)
      expect(ask(method, '/api/sessions', { cookie, origin: OWN, 'sec-fetch-site': 'same-site' })).toBe(403)
      expect(ask(method, '/api/sessions', { cookie, 'sec-fetch-site': 'same-origin' })).toBe('pass')
      expect(ask(method, '/api/sessions', { cookie, origin: OWN })).toBe('pass')
    }
  })

  test('a page on another port of this machine reads nothing', async () => {
    const { ask, cookie } = await openGate()
    expect(ask('GET', '/api/sessions', { cookie, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(ask('GET', '/', { 'sec-fetch-site': 'cross-site' })).toBe('pass')
    expect(ask('GET', '/api/sessions', { cookie, 'sec-fetch-site': 'none' })).toBe('pass')
  })

  test('an upgrade needs the Origin and the login, also on an open path', async () => {
    const { ask, cookie } = await openGate()
    expect(ask('GET', '/api/sessions/feed', { cookie }, true)).toBe(403)
    expect(ask('GET', '/api/sessions/feed', { cookie, 'sec-fetch-site': 'same-origin' }, true)).toBe(403)
    expect(ask('GET', '/api/sessions/feed', { origin: OWN }, true)).toBe(401)
    expect(ask('GET', '/', { origin: OWN }, true)).toBe(401)
    expect(ask('GET', '/api/sessions/feed', { cookie, origin: OWN }, true)).toBe('pass')
  })

  test('the control door takes its secret from a program, and nothing else', async () => {
    const { ask, cookie, secret } = await openGate()
    const authorization = `Bearer ${secret}`
    expect(ask('POST', '/api/control', { authorization })).toBe('pass')
    expect(ask('POST', '/api/control', { authorization, origin: OWN })).toBe(403)
    expect(ask('POST', '/api/control', { authorization, 'sec-fetch-site': 'same-origin' })).toBe(403)
    expect(ask('GET', '/api/control', { authorization })).toBe(403)
    expect(ask('POST', '/api/control', { authorization: `Bearer ${createSecret()}` })).toBe(403)
    expect(ask('POST', '/api/control', { cookie, origin: OWN })).toBe(403)
    expect(ask('POST', '/api/control', { authorization, host: 'evil.example:4000' })).toBe(403)
    expect(ask('POST', '/api/sessions', { authorization })).toBe(403)
  })
})
