import { expect, test } from 'vitest'
import { SeedApi } from '../../src/connection/seed-api.ts'

const SEED = { id: 'a', name: 'work', agent: 'codex', state: 'idle', createdAt: 1, savedAt: 1, users: [] }

/** What is asked, and the answers that are given in turn. */
function stage(...answers: readonly Response[]) {
  const asked: { readonly what: string; readonly body: unknown }[] = []
  const left = [...answers]
  const api = new SeedApi({
    baseUrl: 'http://127.0.0.1:1',
    fetch: async (url, init) => {
      const body = init?.body
      asked.push({
        what: `${String(init?.method)} ${(url as URL).pathname}`,
        body: typeof body === 'string' ? JSON.parse(body) : undefined,
      })
      return left.shift() ?? new Response(null, { status: 204 })
    },
    onLoggedOut: () => undefined,
  })
  return { api, asked }
}

test('an export comes back byte by byte, also one that is larger than a call takes arguments', async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at % 256)
  const { api, asked } = stage(new Response(bytes), Response.json(SEED, { status: 201 }))
  const file = await api.export('a/b', 'four words of mine')
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes)
  expect(await api.import(file, 'four words of mine')).toMatchObject({ id: 'a' })
  expect(asked.map(({ what }) => what)).toEqual(['POST /api/seeds/a%2Fb/export', 'POST /api/seeds/import'])
  const { sealed } = asked[1]?.body as { readonly sealed: string }
  expect(Buffer.from(sealed, 'base64').equals(Buffer.from(bytes))).toBe(true)
})

test('who uses a seed is said as the server says it', async () => {
  const error = { code: 'in-use', message: '“work” is used by “Fix it”.', remedy: 'End what uses it first.' }
  const { api } = stage(Response.json({ error }, { status: 409 }))
  await expect(api.delete('a')).rejects.toMatchObject({
    code: 'refused',
    status: 409,
    message: error.message,
    remedy: error.remedy,
  })
})

test('an answer that this page can’t read is said to be', async () => {
  const { api } = stage(Response.json({ type: 'perhaps' }), Response.json({}))
  await expect(api.verify('a')).rejects.toMatchObject({ remedy: expect.stringContaining('Reload') })
  await expect(api.logIn({ method: 'device-code' })).rejects.toMatchObject({ code: 'refused' })
})
