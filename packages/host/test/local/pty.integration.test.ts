import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import type { Pty } from '../../src/pty.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'
import { buildForNode } from '../build-for-node.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
const STARTER = path.join(PACKAGE, 'test/fixtures/pty-starter.mjs')
const PLACE = { cwd: '/', columns: 80, rows: 24 }
let directory: string

beforeAll(async () => {
  // Below the package: what is built there finds the PTY library.
  directory = await mkdtemp(path.join(PACKAGE, 'node_modules/.pty-'))
})
afterAll(async () => {
  await expectNoLeaks({ within: directory })
  await rm(directory, { recursive: true, force: true })
})

async function terminalsOf(pid: number | 'self'): Promise<readonly string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`)
  const targets = await Promise.all(
    descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  )
  return targets.filter((target) => target.includes('ptmx'))
}

test('descriptors go with their terminals, however these end', async () => {
  await using scope = await openContractScope(openLocalHost)
  const env = { ...scope.mark, PATH: '/usr/bin:/bin' }
  const before = await terminalsOf('self')
  const open = (argv: readonly string[]): Promise<Pty> => scope.host.openPty(argv, { ...PLACE, env })
  for (let n = 0; n < 10; n += 1) {
    const ptys = await Promise.all([
      open(['true']),
      open(['sleep', '600']),
      open(['yes']),
      open(['sh', '-c', 'exit 3']),
    ])
    expect((await terminalsOf('self')).length).toBeGreaterThanOrEqual(before.length + 2)
    await Promise.all(ptys.map((pty) => pty.close()))
    expect(await terminalsOf('self')).toEqual(before)
  }
  await expect(open(['x-no-such-program'])).rejects.toMatchObject({ code: 'spawn-failed' })
  expect(await terminalsOf('self')).toEqual(before)
})

test('no child holds a terminal that is not its own', async () => {
  await using scope = await openContractScope(openLocalHost)
  const env = { ...scope.mark, PATH: '/usr/bin:/bin' }
  await using first = await scope.host.openPty(['sleep', '600'], { ...PLACE, env })
  await using second = await scope.host.openPty(['sleep', '600'], { ...PLACE, env })
  const detached = await scope.spawn(['sleep', '600'])
  const { stdout } = await scope.exec(['sh', '-c', 'ls -l /proc/$$/fd'])
  expect(stdout).not.toContain('ptmx')
  for (const pid of [first.pid, second.pid, detached.identity.pid]) expect(await terminalsOf(pid)).toEqual([])
  await detached.stop()
})

test('when we are killed the program gets SIGHUP, whoever else we have started', async () => {
  await using scope = await openContractScope(openLocalHost)
  const env = { ...scope.mark, PATH: '/usr/bin:/bin' }
  const built = await buildForNode(path.join(PACKAGE, 'src/index.ts'), directory)
  const script = 'trap "echo HUP >hangup; exit" HUP; echo up >up; while :; do sleep 0.05; done'
  const files = { record: scope.at('d.json'), log: scope.at('d.log'), cwd: scope.directory }
  const call = {
    terminal: { argv: ['sh', '-c', script], options: { ...PLACE, cwd: scope.directory, env } },
    detached: { argv: ['sleep', '600'], options: { ...files, env } },
  }
  const starter = spawn(process.execPath, [STARTER, built, JSON.stringify(call)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(starter, 'exit')
  await once(starter.stdout, 'data')
  await scope.said(scope.at('up'), 'up')
  starter.kill('SIGKILL')
  await exited
  await scope.said(scope.at('hangup'), 'HUP')
  const detached = await scope.host.adopt(scope.at('d.json'))
  expect(await detached.isAlive()).toBe(true)
  await detached.stop()
})
