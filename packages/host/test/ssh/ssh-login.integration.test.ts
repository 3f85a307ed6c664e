import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { HostError } from '../../src/errors.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import type { SshHostOptions } from '../../src/ssh/ssh-host-options.ts'

const run = promisify(execFile)
let sshd: SshdFixture
let counter = 0

beforeAll(async () => {
  sshd = await openSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] })
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

const keygen = async (...args: readonly string[]) =>
  (await run(sshd.parts.sshKeygen, [...args], { env: sshd.parts.env })).stdout
const fresh = (name: string) => path.join(sshd.directory, `${name}-${(counter += 1)}`)
const publicKey = async (type: string) =>
  (await readFile(path.join(sshd.directory, `host_${type}.pub`), 'utf8'))
    .split(' ')
    .slice(0, 2)
    .join(' ')
    .trim()
const here = () => `[127.0.0.1]:${sshd.port}`

async function known(text: string): Promise<SshHostOptions> {
  const file = fresh('known')
  await writeFile(file, text)
  return { ...sshd.options, knownHostsFiles: [file] }
}

async function failure(target: string, options: SshHostOptions): Promise<HostError> {
  const error: unknown = await openSshHost(target, options).then(
    (host) => host.close().then(() => new Error('it opened')),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HostError)
  return error as HostError
}

async function expectOpens(target: string, options: SshHostOptions): Promise<void> {
  await using host = await openSshHost(target, options)
  expect((await host.exec(['echo', 'in'])).stdout).toBe('in\n')
}

describe('the machine', () => {
  test('that is not known is refused, with the fingerprint that ssh-keygen shows', async () => {
    const error = await failure(sshd.target, await known(''))
    expect(error.code).toBe('unknown-host-key')
    const [, shown] = (await keygen('-lf', path.join(sshd.directory, 'host_ed25519.pub'))).split(' ')
    expect(error.message).toContain(String(shown))
    expect(error.message).toContain('acceptNew')
  })

  test('that shows another key is refused, also with acceptNew', async () => {
    const other = fresh('other')
    await keygen('-q', '-t', 'ed25519', '-N', '', '-f', other)
    const [type, key] = (await readFile(`${other}.pub`, 'utf8')).split(' ')
    const options = await known(`${here()} ${String(type)} ${String(key)}\n`)
    const error = await failure(sshd.target, { ...options, acceptNew: true })
    expect(error.code).toBe('host-key-changed')
    expect(error.message).toContain('ssh-keygen -R')
    expect(await readFile(options.knownHostsFiles?.[0] ?? '', 'utf8')).not.toContain('\n[')
  })

  test('whose key was revoked is refused', async () => {
    const key = await publicKey('ed25519')
    const options = await known(`${here()} ${key}\n@revoked * ${key}\n`)
    expect((await failure(sshd.target, { ...options, acceptNew: true })).code).toBe('host-key-revoked')
  })

  test.each(['ed25519', 'ecdsa', 'rsa'])('may be known by its %s key alone', async (type) => {
    await expectOpens(sshd.target, await known(`${here()} ${await publicKey(type)}\n`))
  })

  test('may be known by a hashed name', async () => {
    const options = await known(`${here()} ${await publicKey('ed25519')}\n`)
    await keygen('-q', '-H', '-f', options.knownHostsFiles?.[0] ?? '')
    expect(await readFile(options.knownHostsFiles?.[0] ?? '', 'utf8')).toMatch(/^\|1\|/)
    await expectOpens(sshd.target, options)
  })

  test('is added with acceptNew, once, in a file that is ours alone', async () => {
    const file = path.join(fresh('new'), 'known_hosts')
    const options = { ...sshd.options, knownHostsFiles: [file], acceptNew: true }
    await expectOpens(sshd.target, options)
    await expectOpens(sshd.target, options)
    expect(await readFile(file, 'utf8')).toBe(`${here()} ${await publicKey('ed25519')}\n`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
    await expectOpens(sshd.target, { ...options, acceptNew: false })
  })

  test('is added behind a last line without its newline', async () => {
    const options = { ...(await known('other ssh-ed25519 AAAA')), acceptNew: true }
    await expectOpens(sshd.target, options)
    const lines = (await readFile(options.knownHostsFiles?.[0] ?? '', 'utf8')).split('\n')
    expect(lines).toEqual(['other ssh-ed25519 AAAA', `${here()} ${await publicKey('ed25519')}`, ''])
  })

  test('that nobody answers for is unreachable', async () => {
    const server = createServer((socket) => socket.resume())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? Number(address?.port) : 0
    const silent = await failure(`me@127.0.0.1:${port}`, { ...sshd.options, connectTimeoutMs: 100 })
    expect(silent).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('100 ms') as string,
    })
    const stop = new AbortController()
    const reason = new Error('never mind')
    server.once('connection', () => stop.abort(reason))
    const given = openSshHost(`me@127.0.0.1:${port}`, { ...sshd.options, signal: stop.signal })
    await expect(given).rejects.toBe(reason)
    await new Promise((resolve) => server.close(resolve))
    expect((await failure(`me@127.0.0.1:${port}`, sshd.options)).code).toBe('unreachable')
  })
})

describe('keys', () => {
  const authorize = async (file: string) => {
    const authorized = path.join(sshd.directory, 'authorized_keys')
    await writeFile(
      authorized,
      (await readFile(authorized, 'utf8')) + (await readFile(`${file}.pub`, 'utf8')),
    )
  }

  test('that the machine does not take are auth-failed, and the message names them', async () => {
    const file = fresh('stranger')
    await keygen('-q', '-t', 'ed25519', '-N', '', '-f', file)
    const error = await failure(sshd.target, { ...sshd.options, identityFiles: [file] })
    expect(error.code).toBe('auth-failed')
    expect(error.message).toContain(file)
  })

  test('that are missing are auth-failed before anything is tried', async () => {
    const error = await failure(sshd.target, { ...sshd.options, identityFiles: ['/no/such/key'] })
    expect(error).toMatchObject({
      code: 'auth-failed',
      message: 'cannot use the key /no/such/key: no such file',
    })
  })

  test('may be encrypted', async () => {
    const file = fresh('locked')
    await keygen('-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file)
    await authorize(file)
    const options = { ...sshd.options, identityFiles: [file] }
    expect((await failure(sshd.target, options)).message).toContain('give its passphrase')
    const wrong = await failure(sshd.target, { ...options, passphrase: 'wrong' })
    expect(wrong.message).toContain('the passphrase does not open it')
    expect(wrong.message).not.toContain('wrong')
    await expectOpens(sshd.target, { ...options, passphrase: 'open sesame' })
  })

  test('may lie in an agent, also when the config names only the public half', async () => {
    const socket = fresh('agent')
    const agent = spawn(sshd.parts.sshAgent, ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(agent.stdout, 'data')
    try {
      for (let n = 0; n < 8; n += 1) {
        const stranger = fresh('stranger')
        await keygen('-q', '-t', 'ed25519', '-N', '', '-f', stranger)
        await run(sshd.parts.sshAdd, ['-q', stranger], { env: { ...sshd.parts.env, SSH_AUTH_SOCK: socket } })
      }
      const file = fresh('held')
      await keygen('-q', '-t', 'rsa', '-N', '', '-f', file)
      await authorize(file)
      await run(sshd.parts.sshAdd, ['-q', file], { env: { ...sshd.parts.env, SSH_AUTH_SOCK: socket } })
      await run('rm', [file])
      const configFile = fresh('config')
      await writeFile(
        configFile,
        `Host box\n HostName 127.0.0.1\n IdentityFile ${file}\n IdentitiesOnly yes\n`,
      )
      const options = { ...sshd.options, identityFiles: [], agent: socket, configFile }
      await expectOpens(`${sshd.user}@box:${sshd.port}`, options)
      const text = await readFile(configFile, 'utf8')
      await writeFile(configFile, text.replace(file, `${file}.pub`))
      await expectOpens(`${sshd.user}@box:${sshd.port}`, options)
    } finally {
      agent.kill()
      await once(agent, 'exit')
    }
  })
})

describe('a client config', () => {
  test('names the machine, the account, the key and the known hosts', async () => {
    const configFile = fresh('config')
    const lines = ['Host box', 'HostName 127.0.0.1', `Port ${sshd.port}`, `User ${sshd.user}`]
    const files = [`IdentityFile ${sshd.identityFile}`, `UserKnownHostsFile ${sshd.knownHostsFile}`]
    await writeFile(configFile, [...lines, ...files].join('\n'))
    await expectOpens('box', { configFile, agent: false })
  })

  test('leads through other machines', async () => {
    await using gate = await openSshd()
    await using second = await openSshd()
    const configFile = fresh('config')
    const block = (alias: string, server: SshdFixture, more = '') =>
      `Host ${alias}\n HostName 127.0.0.1\n Port ${server.port}\n User ${server.user}\n IdentityFile ${server.identityFile}\n UserKnownHostsFile ${server.knownHostsFile}\n${more}`
    await writeFile(
      configFile,
      block('gate', gate) + block('second', second) + block('box', sshd, ' ProxyJump gate,second\n'),
    )
    await expectOpens('box', { configFile, agent: false })
    expect(gate.log()).toContain('Accepted publickey')
    expect(second.log()).toContain('Accepted publickey')
    await writeFile(configFile, block('gate', gate) + block('box', sshd, ' ProxyJump gate\n'))
    const shut = { configFile, agent: false as const }
    await using closed = await openSshd({ forwarding: false })
    await writeFile(configFile, block('gate', closed) + block('box', sshd, ' ProxyJump gate\n'))
    expect(await failure('box', shut)).toMatchObject({ code: 'unreachable' })
  })

  test('that can not be read is told', async () => {
    expect((await failure('box', { configFile: '/no/such/config', agent: false })).code).toBe('io')
  })
})
