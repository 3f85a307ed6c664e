import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import * as http from '../src/http/index.ts'
import * as surface from '../src/index.ts'
import { ListedSessions, openTestServer } from './http/test-server.ts'
import { serve } from './readme-example.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

test('the README shows the example that is run here, and the address lets a browser in', async () => {
  const example = await readFile(new URL('readme-example.ts', import.meta.url), 'utf8')
  expect(readme).toContain(example)
  await using page = await openTestServer()
  const { server, url } = await serve(new ListedSessions(), page.webRoot)
  await using _server = server
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get('token')
  const answer = await fetch(new URL('/api/login', url), {
    method: 'POST',
    headers: { origin: server.url, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  expect([answer.status, answer.headers.get('set-cookie')?.startsWith('x_0123abcd=')]).toEqual([204, true])
})

test('the README names every value that the package exports', () => {
  expect(
    [...Object.keys(surface), ...Object.keys(http)].filter((name) => !readme.includes(`\`${name}\``)),
  ).toEqual([])
})
