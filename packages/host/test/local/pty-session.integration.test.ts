import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { readProcessStatNow, ticksNow } from '../../src/local/identity.ts'
import { isSessionEmpty, killSession, signalSession } from '../../src/local/pty-session.ts'
import { nextLine } from '../../src/testing/next-line.ts'

afterAll(() => expectNoLeaks())

test('the session of a leader that nobody has seen alive is ended all the same', async () => {
  const startTime = ticksNow()
  const shell = spawn('sh', ['-c', '(trap "" HUP; exec sleep 600 >&- 2>&-) & echo $!'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(shell, 'exit')
  const job = Number(await nextLine(shell.stdout))
  await exited
  const leader = { pid: Number(shell.pid), startTime, isGone: true }
  expect(await isSessionEmpty(leader)).toBe(false)
  await killSession(leader)
  expect(await isSessionEmpty(leader)).toBe(true)
  expect(['Z', undefined]).toContain(readProcessStatNow(job)?.state)
})

test('whoever has its number now is somebody else, and is left alone', async () => {
  const startTime = ticksNow()
  const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  await once(other, 'spawn')
  const leader = { pid: Number(other.pid), startTime, isGone: true }
  expect(await signalSession(leader, ['SIGKILL'])).toBe(0)
  expect(await isSessionEmpty(leader)).toBe(true)
  expect(other.kill('SIGKILL')).toBe(true)
  expect(await once(other, 'exit')).toEqual([null, 'SIGKILL'])
})
