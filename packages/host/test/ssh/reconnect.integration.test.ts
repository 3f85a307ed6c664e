import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshHost, type LinkState, type SshHost } from '../../src/ssh/index.ts'

let sshd: SshdFixture

beforeAll(async () => {
  sshd = await openSshd()
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

function untilLink(host: SshHost, wanted: LinkState['state']): Promise<void> {
  if (host.link.state === wanted) return Promise.resolve()
  return new Promise((resolve) => {
    const listening = host.onLink(({ state }) => {
      if (state !== wanted) return
      listening[Symbol.dispose]()
      resolve()
    })
  })
}

describe('a host whose connection breaks', () => {
  test('ends what is under way with connection-lost, and connects again by itself', async () => {
    await using host = await openSshHost(sshd.target, sshd.options)
    const seen: string[] = []
    using _listening = host.onLink(({ state }) => void seen.push(state))
    const running = host.exec(['sleep', '30'])
    running.catch(() => undefined)
    await host.exec(['true'])
    sshd.cut()
    await expect(running).rejects.toMatchObject({ name: 'HostError', code: 'connection-lost' })
    // Nobody has to ask.
    await untilLink(host, 'connected')
    expect(seen[0]).toBe('lost')
    expect(seen.at(-1)).toBe('connected')
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n')
  })

  test('has a call that comes meanwhile wait for the next connection', async () => {
    await using host = await openSshHost(sshd.target, sshd.options)
    sshd.cut()
    await untilLink(host, 'lost')
    const [said, file] = await Promise.all([host.exec(['echo', 'after']), host.files.stat('/etc/passwd')])
    expect(said.stdout).toBe('after\n')
    expect(file?.type).toBe('file')
  })

  test('finds its detached processes again, and ends them', async () => {
    await using host = await openSshHost(sshd.target, sshd.options)
    const at = (name: string): string => `${sshd.home}/${name}`
    const started = await host.spawnDetached(['sleep', '60'], {
      record: at('sleep.json'),
      log: at('sleep.log'),
      cwd: sshd.home,
      env: { PATH: '/usr/bin:/bin' },
    })
    sshd.cut()
    await untilLink(host, 'lost')
    expect(await started.isAlive()).toBe(true)
    const adopted = await host.adopt(at('sleep.json'))
    expect(adopted.identity).toEqual(started.identity)
    await started.stop()
    expect(await adopted.isAlive()).toBe(false)
  })

  test('listens at the same port of the worker again', async () => {
    await using host = await openSshHost(sshd.target, sshd.options)
    const server = createServer((socket) => socket.end('ours'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await using forward = await host.forward({
      from: 'worker',
      to: { port: (server.address() as AddressInfo).port },
    })
    const { port } = forward
    expect(await hear(port)).toBe('ours')
    sshd.cut()
    await untilLink(host, 'lost')
    await untilLink(host, 'connected')
    await expect.poll(() => hear(port).catch(() => '')).toBe('ours')
    expect(forward.port).toBe(port)
    server.close()
  })

  test('says why it can not, and is closed at once while it tries', async () => {
    await using own = await openSshd()
    const host = await openSshHost(own.target, { ...own.options, connectTimeoutMs: 1_000 })
    // The listener is the first of its namespace: with it everything there ends.
    process.kill(Number(own.pids()[0]), 'SIGKILL')
    await untilLink(host, 'lost')
    await expect(host.exec(['true'])).rejects.toMatchObject({ name: 'HostError', code: 'unreachable' })
    const pending = host.exec(['true'])
    pending.catch(() => undefined)
    await host.close()
    await expect(pending).rejects.toMatchObject({ code: 'closed' })
    expect(host.link.state).toBe('closed')
  })
})

async function hear(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  for await (const data of socket) heard += String(data)
  return heard
}
