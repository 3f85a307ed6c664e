import { expect, test } from 'vitest'
import { Api } from '../../src/connection/api.ts'

test('a session is resumed by its id, whatever stands in it', async () => {
  const asked: string[] = []
  const api = new Api({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async (url, init) => {
      asked.push(`${String(init?.method)} ${(url as URL).pathname}`)
      return new Response(null, { status: 202 })
    },
    onLoggedOut: () => undefined,
  })
  await api.resumeSession('a/b')
  expect(asked).toEqual(['POST /api/sessions/a%2Fb/resume'])
})

test('a session that is gone is said to be', async () => {
  const error = { code: 'no-session', message: 'There is no such session.' }
  const api = new Api({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async () => Response.json({ error }, { status: 404 }),
    onLoggedOut: () => undefined,
  })
  await expect(api.resumeSession('a')).rejects.toMatchObject({
    code: 'refused',
    status: 404,
    message: error.message,
  })
})

test('logging out shows at once, and only when the server has done it', async () => {
  const answers = [Response.json({ error: { message: 'The disk is full.' } }, { status: 507 })]
  let loggedOut = 0
  const asked: string[] = []
  const api = new Api({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async (url, init) => {
      asked.push(`${String(init?.method)} ${(url as URL).pathname}`)
      return answers.shift() ?? new Response(null, { status: 204 })
    },
    onLoggedOut: () => (loggedOut += 1),
  })
  await expect(api.logout()).rejects.toMatchObject({ message: 'The disk is full.' })
  expect(loggedOut).toBe(0)
  await api.logout()
  expect([asked, loggedOut]).toEqual([['POST /api/logout', 'POST /api/logout'], 1])
})
