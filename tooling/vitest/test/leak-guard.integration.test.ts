import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { expectNoLeaks, findLeaks } from '../src/leak-guard.ts'

test('a test that closed everything passes', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  await expectNoLeaks()
})

test('a child and a grandchild that still run are named', async () => {
  const child = spawn('sh', ['-c', 'sleep 61 & echo up; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  try {
    const leaks = await findLeaks()
    expect(leaks).toHaveLength(2)
    expect(leaks.join('\n')).toContain('sleep 61')
    await expect(expectNoLeaks({ graceMs: 0 })).rejects.toThrow('left something running')
  } finally {
    await endTree(child.pid)
  }
})

test('a server that still listens is named, on a port and on a path', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'leak-'))
  const onPort = createServer().listen(0, '127.0.0.1')
  const onPath = createServer().listen(path.join(directory, 's.sock'))
  await Promise.all([once(onPort, 'listening'), once(onPath, 'listening')])
  const leaks = await findLeaks()
  expect(leaks).toHaveLength(2)
  expect(leaks.join('\n')).toMatch(/port \d+[^]*s\.sock/)
  await Promise.all([once(onPort.close(), 'close'), once(onPath.close(), 'close')])
  await rm(directory, { recursive: true })
  await expectNoLeaks()
})

test('a detached process is found by the directory that it works in', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'leak-'))
  // The shell ends at once, so the sleeper belongs to init and is no descendant of ours.
  const shell = spawn('sh', ['-c', 'setsid sleep 62 >/dev/null 2>&1 & echo $!'], { cwd: directory })
  const [line] = (await once(shell.stdout, 'data')) as [Buffer]
  await once(shell, 'exit')
  try {
    expect(await findLeaks()).toEqual([])
    expect((await findLeaks(directory)).join('\n')).toContain('sleep 62')
  } finally {
    process.kill(Number(line.toString()), 'SIGKILL')
    await rm(directory, { recursive: true })
  }
})

/** Ends the shell and its sleeper by the ids that the guard itself reads. */
async function endTree(root: number | undefined): Promise<void> {
  for (const line of await findLeaks()) {
    const pid = /^process (\d+)/.exec(line)?.[1]
    if (pid !== undefined) process.kill(Number(pid), 'SIGKILL')
  }
  expect(root).toBeGreaterThan(0)
  await expectNoLeaks()
}
