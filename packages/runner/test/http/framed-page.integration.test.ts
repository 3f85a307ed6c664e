import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openTestServer } from './test-server.ts'

test('only a page that was named may stand in a frame, and only of the same origin', async () => {
  const webRoot = await mkdtemp(path.join(tmpdir(), 'framed-'))
  for (const name of ['index.html', 'terminal.html', 'other.html'])
    await writeFile(path.join(webRoot, name), '<!doctype html>')
  await using it = await openTestServer({ webRoot, framed: ['/terminal.html'] })
  const framing = async (target: string) => {
    const { headers } = await it.ask('GET', target)
    const policy = String(headers['content-security-policy'])
    return [/frame-ancestors [^;]+/.exec(policy)?.[0], headers['x-frame-options'], policy.includes('unsafe')]
  }
  expect(await framing('/terminal.html')).toEqual(["frame-ancestors 'self'", 'SAMEORIGIN', false])
  expect(await framing('/terminal.html?mode=read')).toEqual(["frame-ancestors 'self'", 'SAMEORIGIN', false])
  for (const target of ['/', '/index.html', '/other.html', '/terminal.htm%6c', '/api/sessions', '/none'])
    expect(await framing(target)).toEqual(["frame-ancestors 'none'", 'DENY', false])
  await rm(webRoot, { recursive: true })
})
