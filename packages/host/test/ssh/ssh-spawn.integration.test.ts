import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { nextLine } from '../../src/testing/next-line.ts'

let sshd: SshdFixture

beforeAll(async () => {
  sshd = await openSshd()
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

test('when the connection breaks, a program and its session end on the worker too', async () => {
  await using host = await openSshHost(sshd.target, sshd.options)
  const program = await host.spawn(['sh', '-c', 'sleep 600 & echo $!; wait'], { stdin: 'pipe' })
  const child = await nextLine(program.stdout)
  sshd.cut()
  expect(await program.exited).toEqual({ exitCode: null, signal: null })
  expect(await text(program.stdout)).toBe('')
  await program.close()
  const gone = 'for pid; do while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; done; echo gone'
  const args = ['sh', '-c', gone, 'sh', String(program.pid), child]
  expect((await host.exec(args, { timeoutMs: 20_000 })).stdout).toBe('gone\n')
})

test('no process shows the variables of a program but itself', async () => {
  await using host = await openSshHost(sshd.target, sshd.options)
  const secret = 'qz'.repeat(20)
  await using program = await host.spawn(['sh', '-c', 'echo "$SECRET"; exec sleep 600'], {
    secretEnv: { SECRET: secret },
  })
  expect(await nextLine(program.stdout)).toBe(secret)
  const look = 'grep -alsF "$1$2" /proc/[0-9]*/cmdline /proc/[0-9]*/environ'
  const args = ['sh', '-c', look, 'sh', secret.slice(0, 20), secret.slice(20)]
  expect((await host.exec(args)).stdout).toBe(`/proc/${program.pid}/environ\n`)
})
