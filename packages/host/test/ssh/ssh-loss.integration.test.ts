import { afterAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'

afterAll(() => expectNoLeaks())

/** The server's processes for connections: all but the listener. */
const sessions = (sshd: SshdFixture) => sshd.pids().slice(1)
const LOST = { name: 'HostError', code: 'connection-lost' }

describe('a connection that breaks', () => {
  test('rejects every call in flight, and says what may still run', async () => {
    await using sshd = await openSshd()
    await using host = await openSshHost(sshd.target, sshd.options)
    const stop = new AbortController()
    const running = [
      host.exec(['sh', '-c', 'echo up; sleep 600']),
      host.exec(['cat'], { stdin: 'x'.repeat(10_000_000) }),
      host.exec(['sleep', '600'], { signal: stop.signal }),
      host.exec(['sleep', '600'], { timeoutMs: 600_000 }),
    ]
    const outcomes = Promise.all(running.map((call) => expect(call).rejects.toMatchObject(LOST)))
    await host.exec(['true'])
    sshd.cut()
    await outcomes
    await expect(running[0]).rejects.toThrow(/sh may still run there/)
    await host.close()
    await expect(host.exec(['true'])).rejects.toMatchObject({ code: 'closed' })
  })

  test('is noticed when the server is frozen, and closing does not wait for it', async () => {
    await using sshd = await openSshd()
    const keepAlive = { keepAliveIntervalMs: 100, keepAliveCountMax: 2 }
    await using host = await openSshHost(sshd.target, { ...sshd.options, ...keepAlive })
    await host.exec(['true'])
    for (const pid of sessions(sshd)) process.kill(pid, 'SIGSTOP')
    await expect(host.exec(['true'])).rejects.toMatchObject(LOST)
  })

  test('does not keep a host open that is closed while its server is frozen', async () => {
    await using sshd = await openSshd()
    const host = await openSshHost(sshd.target, {
      ...sshd.options,
      keepAliveIntervalMs: 100,
      keepAliveCountMax: 2,
    })
    const running = expect(host.exec(['sleep', '600'])).rejects.toMatchObject({
      code: /closed|connection-lost/,
    })
    await host.exec(['true'])
    for (const pid of sessions(sshd)) process.kill(pid, 'SIGSTOP')
    await host.close()
    await running
  })

  test('is not given up while it is busy', async () => {
    await using sshd = await openSshd()
    const keepAlive = { keepAliveIntervalMs: 20, keepAliveCountMax: 2 }
    await using host = await openSshHost(sshd.target, { ...sshd.options, ...keepAlive })
    const { stdout } = await host.exec(['sh', '-c', 'head -c 8000000 /dev/zero; sleep 0.3; echo end'])
    expect(stdout.length).toBe(8_000_004)
  })
})

describe('a server that allows few sessions', () => {
  test('is obeyed, whatever we believed', async () => {
    await using sshd = await openSshd({ maxSessions: 3 })
    await using host = await openSshHost(sshd.target, sshd.options)
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => host.exec(['echo', String(n)])))
    expect(results.map(({ stdout }) => stdout)).toEqual(results.map((_, n) => `${n}\n`))
  })

  test('leaves one for ending what runs', async () => {
    await using sshd = await openSshd({ maxSessions: 3 })
    await using host = await openSshHost(sshd.target, { ...sshd.options, maxSessions: 3 })
    const running = Array.from({ length: 6 }, () => host.exec(['sleep', '600'], { timeoutMs: 400 }))
    await Promise.all(running.map((call) => expect(call).rejects.toMatchObject({ code: 'timed-out' })))
    expect((await host.exec(['echo', 'on'])).stdout).toBe('on\n')
  })
})
