import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import type { Pty, PtyOptions } from '../../src/pty.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { PTY_WINDOW_BYTES } from '../../src/ssh/ssh-pty-window.ts'
import { openContractScope, type ContractScope } from '../../src/testing/contract-scope.ts'

let sshd: SshdFixture

beforeAll(async () => (sshd = await openSshd()))
afterAll(() => sshd[Symbol.asyncDispose]())

const open = () => openSshHost(sshd.target, sshd.options)

function terminal(scope: ContractScope, script: string, options: Partial<PtyOptions> = {}): Promise<Pty> {
  const size = { columns: 80, rows: 24 }
  const env = { PATH: '/usr/bin:/bin', ...scope.mark, ...options.env }
  return scope.host.openPty(['sh', '-c', script], { cwd: scope.directory, ...size, ...options, env })
}

async function all(pty: Pty): Promise<string> {
  const pieces: Buffer[] = []
  pty.output.on('data', (piece: Buffer) => pieces.push(piece))
  if (!pty.output.readableEnded) await once(pty.output, 'end')
  return Buffer.concat(pieces).toString()
}

test('the environment is exactly what was said, and nothing of the server', async () => {
  await using scope = await openContractScope(open)
  const env = { A: "it's $A\n`b`\x03\x04\x11\x13\x1a\r€", x_text: 't', x_line: 'l', IFS_: 'i' }
  await using pty = await terminal(scope, 'exec env -0 >found', { env, term: 'vt100' })
  await pty.exited
  const found = (await scope.host.files.readText(scope.at('found'))).split('\0').slice(0, -1)
  const expected = { ...env, ...scope.mark, PATH: '/usr/bin:/bin', TERM: 'vt100', PWD: scope.directory }
  expect(found.sort()).toEqual(
    Object.entries(expected)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  )
})

test('a variable that no shell passes on is a TypeError', async () => {
  await using scope = await openContractScope(open)
  await expect(terminal(scope, 'true', { env: { 'a.b': '1' } })).rejects.toBeInstanceOf(TypeError)
})

test('the terminal begins as a terminal does: lines, echo, signals', async () => {
  await using scope = await openContractScope(open)
  await using pty = await terminal(scope, 'stty -a; printf ready; read line; echo "got $line"')
  const seen: string[] = []
  pty.output.on('data', (piece: Buffer) => seen.push(piece.toString()))
  while (!seen.join('').includes('ready')) await once(pty.output, 'data')
  for (const mode of [' icanon', ' echo ', ' isig', ' icrnl', ' opost', ' onlcr', ' iutf8'])
    expect(` ${seen.join('').replace(/\s+/g, ' ')} `).toContain(mode)
  await pty.write('word\r')
  await pty.exited
  if (!pty.output.readableEnded) await once(pty.output, 'end')
  expect(seen.join('')).toMatch(/readyword\r\ngot word\r\n$/)
})

test('what nobody reads is small, and all of it comes in the end', async () => {
  await using scope = await openContractScope(open)
  const script =
    'stty raw; n=0; while [ $n -lt 3000 ]; do n=$((n + 1)); printf %01000d 0; echo $n >count; done'
  await using pty = await terminal(scope, script)
  const count = async () => Number(await scope.host.files.readText(scope.at('count')).catch(() => '0'))
  for (let before = -1, now = 0; before !== now || now === 0;) {
    before = now
    await new Promise((resolve) => setTimeout(resolve, 300))
    now = await count()
  }
  // The window, what the server and the kernel hold, and one piece on its way.
  expect((await count()) * 1_000).toBeLessThan(PTY_WINDOW_BYTES + 256 * 1024)
  expect((await all(pty)).length).toBe(3_000_000)
  expect(await count()).toBe(3_000)
})

describe('a connection that breaks', () => {
  test('hangs the terminal up, on both sides', async () => {
    await using own = await openSshd()
    await using host = await openSshHost(own.target, own.options)
    const options = { cwd: own.home, env: { PATH: '/usr/bin:/bin' }, columns: 80, rows: 24 }
    const pty = await host.openPty(
      ['sh', '-c', 'trap "touch hup; exit" HUP; echo up; while :; do sleep 0.05; done'],
      options,
    )
    await once(pty.output, 'readable')
    const written = pty.write(Buffer.alloc(4 * 1024 * 1024))
    own.cut()
    expect(await pty.exited).toEqual({ exitCode: null, signal: 'SIGHUP' })
    await all(pty)
    await written
    pty.resize({ columns: 90, rows: 30 })
    await expect(pty.close()).rejects.toMatchObject({ code: 'connection-lost' })
    const there = await host.exec(['sh', '-c', 'until [ -e hup ]; do sleep 0.02; done; echo there'], {
      timeoutMs: 10_000,
    })
    expect(there.stdout).toBe('there\n')
  })
})

test('a server that gives no terminals is named', async () => {
  await using own = await openSshd({ config: ['PermitTTY no'] })
  await using host = await openSshHost(own.target, own.options)
  const options = { cwd: '/', env: {}, columns: 80, rows: 24 }
  await expect(host.openPty(['true'], options)).rejects.toMatchObject({
    name: 'HostError',
    code: 'unsupported',
  })
})

test("what the start files print is not the program's", async () => {
  await using own = await openSshd({ bashrc: 'echo "Welcome; to this machine"; stty -a 2>/dev/null' })
  await using host = await openSshHost(own.target, own.options)
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin' }, columns: 80, rows: 24 }
  await using pty = await host.openPty(['echo', 'own'], options)
  expect(await all(pty)).toBe('own\r\n')
})
