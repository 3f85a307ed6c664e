import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import { describe, expect, test } from 'vitest'
import { SessionRefusedError } from '../../../src/errors.ts'
import { openTestServer, sendRaw, type TestServer } from '../test-server.ts'
import { openShell } from './shell-terminal.ts'
import { TerminalViewer } from './terminal-viewer.ts'

const SHELL = '/api/sessions/a/terminal'
const MIB = 1024 * 1024

async function openWithShell(options: { argv?: string[]; graceMs?: number } = {}) {
  const it = await openTestServer({ terminalGraceMs: options.graceMs ?? 60_000 })
  const opened: Terminal[] = []
  const sizes: TerminalSize[] = []
  it.sessions.add('a')
  it.sessions.terminals.set('a', async (size) => {
    const terminal = await openShell(size, options.argv)
    opened.push(terminal)
    sizes.push(size)
    return terminal
  })
  const cookie = await it.login()
  const view = (query = '', target = SHELL): TerminalViewer =>
    new TerminalViewer(it.view(`${target}${query}`, { cookie }).socket)
  return { it, cookie, view, opened, sizes }
}

/** An upgrade letter by letter, which a client library would mend. Resolves with the status line. */
function upgrade(it: TestServer, target: string, headers: readonly string[]): Promise<string> {
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${it.server.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...headers,
  ]
  return sendRaw(it.server.port, `${lines.join('\r\n')}\r\n\r\n`)
}

/** Resolves when nothing has come for a while that is long beside what a piece takes. */
async function quiet(viewer: TerminalViewer): Promise<void> {
  for (let before = -1; before !== viewer.received;) {
    before = viewer.received
    await delay(300)
  }
}

describe('who may look and type', () => {
  test('nobody without a login: 4401, and no program is started', async () => {
    const { it, opened } = await openWithShell()
    await using _it = it
    for (const headers of [{}, { cookie: 'x_0123abcd=guessed' }]) {
      const viewer = it.view(SHELL, { headers })
      expect(await viewer.closed).toEqual({ code: 4401, reason: 'not logged in' })
    }
    expect(opened).toEqual([])
  })

  test('no other page, whatever it knows', async () => {
    const { it, cookie, opened } = await openWithShell()
    await using _it = it
    const { port } = it.server
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: `http://127.0.0.1:${port + 1}` },
      { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
      { host: '127.0.0.1', origin: 'http://127.0.0.1' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const viewer = it.view(SHELL, { cookie, headers })
      expect((await viewer.closed).code).toBe(1006)
      expect(viewer.frames).toEqual([])
    }
    expect(opened).toEqual([])
  })

  test('an upgrade without an Origin is no page', async () => {
    const { it, cookie, opened } = await openWithShell()
    await using _it = it
    expect(await upgrade(it, SHELL, [`Cookie: ${cookie}`])).toBe('HTTP/1.1 403 Forbidden')
    expect(opened).toEqual([])
  })

  test.each([
    '/api/sessions/%61/terminal',
    '/api/sessions/a%2fterminal',
    '/api/sessions/a/termina%6c',
    '/api/sessions/x/../a/terminal',
    '/api/sessions/x/%2e%2e/a/terminal',
    '/api//sessions/a/terminal',
    '/api/sessions/a/terminal/',
    '/api/sessions/a/terminal%00',
    '/API/sessions/a/terminal',
    '/api/sessions/a\\terminal',
    `http://127.0.0.1${SHELL}`,
  ])('another spelling of its path opens nothing, with a login or without: %s', async (target) => {
    const { it, cookie, opened } = await openWithShell()
    await using _it = it
    const origin = `Origin: ${it.origin}`
    expect(await upgrade(it, target, [origin, `Cookie: ${cookie}`])).toMatch(/^HTTP\/1.1 40[04] /)
    // 101: only to be told 4401, as everywhere.
    expect(await upgrade(it, target, [origin])).toMatch(/^HTTP\/1.1 (400|101) /)
    expect(opened).toEqual([])
  })

  test.each(['?mode=Read', '?mode=read&mode=write', '?columns=0', '?columns=99999', '?other=1'])(
    'a query that is not clear opens nothing: %s',
    async (query) => {
      const { it, view, opened } = await openWithShell()
      await using _it = it
      expect((await view(query).closed).code).toBe(1006)
      expect(opened).toEqual([])
    },
  )

  test('a session that there is not, or is not ready, is 4404', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    it.sessions.add('young')
    for (const id of ['none', 'young'])
      expect(await view('', `/api/sessions/${id}/terminal`).closed).toEqual({
        code: 4404,
        reason: 'no such session',
      })
  })

  test('logging out ends the view, and what is typed after it', async () => {
    const { it, view, cookie } = await openWithShell()
    await using _it = it
    const viewer = await view().shows('$ ')
    await it.ask('POST', '/api/logout', { cookie })
    expect(await viewer.closed).toEqual({ code: 4401, reason: 'logged out' })
  })
})

describe('a viewer', () => {
  test('gets the size, the screen, and what follows; the program gets what it types', async () => {
    const { it, view, sizes } = await openWithShell()
    await using _it = it
    const viewer = await view('?columns=100&rows=30').shows('$ ')
    expect(sizes).toEqual([{ columns: 100, rows: 30 }])
    expect(viewer.messages[0]).toMatchObject({ type: 'screen', columns: 100, rows: 30 })
    viewer.type('stty size; echo $((6 * 7))\r')
    await viewer.shows('30 100')
    await viewer.shows('42')
  })

  test('that comes late sees the same, and so does one that comes back', async () => {
    const { it, view, opened } = await openWithShell()
    await using _it = it
    const first = await view().shows('$ ')
    first.type('echo mar""ker\r')
    await first.shows('marker')
    first.socket.terminate()
    const second = await view().shows('marker')
    expect(second.messages[0]).toMatchObject({ type: 'screen' })
    expect(opened.length).toBe(1)
  })

  test('changes the size for all', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const [one, other] = [await view().shows('$ '), await view().shows('$ ')]
    one.say({ type: 'resize', columns: 90, rows: 20 })
    for (const viewer of [one, other])
      await viewer.until(({ messages }) =>
        messages.some((message) => message['type'] === 'resized' && message['columns'] === 90),
      )
    other.type('stty size\r')
    await one.shows('20 90')
  })

  test('is told how the program ended, then 1000; the next one gets a new program', async () => {
    const { it, view, opened } = await openWithShell()
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.type('exit 3\r')
    await viewer.until(({ messages }) => messages.at(-1)?.['type'] === 'ended')
    expect(viewer.messages.at(-1)).toEqual({ type: 'ended', exitCode: 3, signal: null })
    expect(await viewer.closed).toEqual({ code: 1000, reason: 'ended' })
    await view().shows('$ ')
    expect(opened.length).toBe(2)
  })

  test('is told why there is no terminal', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    it.sessions.terminals.set('a', async () => {
      throw new SessionRefusedError('no terminal here', { remedy: 'Take another.' })
    })
    const viewer = view()
    expect(await viewer.closed).toEqual({ code: 1011, reason: 'failed' })
    expect(viewer.messages).toEqual([
      { type: 'failed', message: 'no terminal here', remedy: 'Take another.' },
    ])
  })
})

describe('a viewer that only reads', () => {
  test('sees, and is sent away for anything that it types', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const writer = await view().shows('$ ')
    for (const say of [
      (viewer: TerminalViewer) => viewer.type('echo gotcha\r'),
      (viewer: TerminalViewer) => viewer.say({ type: 'resize', columns: 20, rows: 5 }),
      (viewer: TerminalViewer) => viewer.say({ type: 'burst', bytes: 5 }),
    ]) {
      const reader = await view('?mode=read').shows('$ ')
      say(reader)
      expect(await reader.closed).toEqual({ code: 1008, reason: 'read only' })
    }
    writer.type('stty size; echo do""ne\r')
    await writer.shows('done')
    expect(writer.text).toContain('24 80')
    expect(writer.text).not.toContain('gotcha')
  })
})

describe('what is typed', () => {
  test.each([
    ['no JSON', 'hello'],
    ['an unknown message', '{"type":"eval"}'],
    ['a size that is none', '{"type":"resize","columns":-1,"rows":5}'],
    ['a size without end', '{"type":"resize","columns":1e9,"rows":5}'],
    ['more than was sent', '{"type":"acknowledge","bytes":1000000000}'],
    ['too large a burst', '{"type":"burst","bytes":999999999}'],
  ])('%s ends the view and nothing else', async (_what, text) => {
    const { it, view, opened } = await openWithShell()
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.socket.send(text)
    expect((await viewer.closed).code).toBe(1008)
    await view().shows('$ ')
    expect([opened.length, it.errors]).toEqual([1, []])
  })

  test('more than a mebibyte in one message is 1009', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.type(Buffer.alloc(MIB + 1, 'x'))
    expect((await viewer.closed).code).toBe(1009)
  })

  test('bursts of two viewers are never mixed, also when they come in pieces', async () => {
    const scratch = await mkdtemp(path.join(tmpdir(), 'burst-'))
    const file = path.join(scratch, 'typed')
    const argv = ['/bin/sh', '-c', 'stty raw -echo; echo ready; exec cat > "$0"', file]
    const { it, view } = await openWithShell({ argv })
    await using _it = it
    const viewers = [await view().shows('ready'), await view().shows('ready')]
    // Longer than a message and than any buffer of the kernel; each piece waits for the other viewer's.
    const letters = ['a', 'b']
    const piece = 700 * 1024
    for (const viewer of viewers) viewer.say({ type: 'burst', bytes: 3 * piece })
    for (let n = 0; n < 3; n += 1) {
      for (const [at, viewer] of viewers.entries()) {
        viewer.type(Buffer.alloc(piece, letters[at]))
        await new Promise<void>((resolve) => {
          viewer.socket.once('pong', () => resolve())
          viewer.socket.ping()
        })
      }
    }
    for (let n = 0; n < 50; n += 1)
      for (const [at, viewer] of viewers.entries()) viewer.type((letters[at] ?? '').repeat(100))
    const length = 6 * piece + 2 * 50 * 100
    await expect.poll(async () => (await readFile(file)).length).toBe(length)
    const runs = (await readFile(file, 'latin1')).match(/a+|b+/g) ?? []
    expect(runs.filter((run) => run.length % 100 !== 0)).toEqual([])
    expect(runs.filter((run) => run.length >= 3 * piece).length).toBe(2)
    await rm(scratch, { recursive: true })
  })

  test('a burst that is never completed is never typed', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const broken = await view().shows('$ ')
    broken.say({ type: 'burst', bytes: 100 })
    broken.type('echo half\r')
    await new Promise<void>((resolve) => {
      broken.socket.once('pong', () => resolve())
      broken.socket.ping()
    })
    broken.socket.terminate()
    const viewer = await view().shows('$ ')
    viewer.type('echo who""le\r')
    await viewer.shows('whole')
    expect(viewer.text).not.toContain('half')
  })
})

describe('a flood', () => {
  const FLOOD = `i=0; while [ $i -lt 64 ]; do head -c 1048576 /dev/zero | tr '\\0' x; i=$((i+1)); done; echo; echo en""d`

  test('waits for one who does not acknowledge, and goes on when they do', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.acknowledges = false
    viewer.type(`${FLOOD}\r`)
    await viewer.until(({ received }) => received > 32 * 1024)
    await quiet(viewer)
    const held = viewer.received
    expect(held).toBeLessThan(3 * MIB)
    viewer.acknowledges = true
    viewer.say({ type: 'acknowledge', bytes: viewer.unacknowledged })
    await viewer.shows('\nend')
    expect(viewer.received).toBeGreaterThan(32 * MIB)
  })

  test('does not wait for one who is slow, who then sees how it ended', async () => {
    const { it, view } = await openWithShell()
    await using _it = it
    const slow = await view('?mode=read').shows('$ ')
    const fast = await view().shows('$ ')
    slow.socket.pause()
    fast.type(`${FLOOD}\r`)
    await fast.shows('\nend')
    const before = slow.received
    slow.socket.resume()
    await slow.shows('end')
    expect(slow.received - before).toBeLessThan(16 * MIB)
    expect(slow.messages.filter(({ type }) => type === 'screen').length).toBeGreaterThan(1)
  })
})

describe('a terminal that nobody looks at', () => {
  test('is closed after the grace time, and the session is not asked', async () => {
    const { it, view, opened } = await openWithShell({ graceMs: 50 })
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.socket.close()
    expect((await opened[0]!.ended).signal).not.toBeNull()
    expect(it.sessions.list().map(({ id }) => id)).toEqual(['a'])
    await view().shows('$ ')
    expect(opened.length).toBe(2)
  })

  test('is kept for somebody who comes back in time', async () => {
    const { it, view, opened } = await openWithShell({ graceMs: 60_000 })
    await using _it = it
    const viewer = await view().shows('$ ')
    viewer.socket.close()
    await viewer.closed
    await view().shows('$ ')
    expect(opened.length).toBe(1)
  })

  test('ends with the server, whoever looks', async () => {
    const { it, view, opened } = await openWithShell()
    const viewer = await view().shows('$ ')
    await it[Symbol.asyncDispose]()
    expect((await viewer.closed).code).toBe(1001)
    await opened[0]!.ended
  })
})
