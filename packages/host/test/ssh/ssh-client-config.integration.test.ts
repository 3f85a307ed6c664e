import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { HostError } from '../../src/errors.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import type { SshHostOptions } from '../../src/ssh/ssh-host-options.ts'

/** Carries its standard input and output to a port, and says its pid first. */
const RELAY = `
const { connect } = require('node:net')
const { appendFileSync } = require('node:fs')
const [file, host, port] = process.argv.slice(2)
appendFileSync(file, process.pid + '\\n')
const socket = connect(Number(port), host)
process.stdin.pipe(socket)
socket.pipe(process.stdout)
`

let sshd: SshdFixture
let counter = 0

beforeAll(async () => {
  sshd = await openSshd()
  await writeFile(path.join(sshd.directory, 'relay.cjs'), RELAY)
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

const fresh = (name: string) => path.join(sshd.directory, `${name}-${(counter += 1)}`)

/** A config for `box`, which is the server by a name that leads nowhere. */
async function config(...lines: readonly string[]): Promise<SshHostOptions> {
  const configFile = fresh('config')
  const all = [
    'Host box',
    ...lines,
    'HostName 127.0.0.1',
    `Port ${sshd.port}`,
    `User ${sshd.user}`,
    `IdentityFile ${sshd.identityFile}`,
    `UserKnownHostsFile ${sshd.knownHostsFile}`,
  ]
  await writeFile(configFile, all.join('\n'))
  return { configFile, agent: false }
}

async function failure(options: SshHostOptions): Promise<HostError> {
  const error: unknown = await openSshHost('box', options).then(
    (host) => host.close().then(() => new Error('it opened')),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HostError)
  return error as HostError
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a ProxyCommand', () => {
  test('is the way to the machine, again after a cut, and ends with the connection', async () => {
    const pids = fresh('pids')
    const relay = `"${process.execPath}" "${sshd.directory}/relay.cjs" ${pids} %h %p`
    const options = await config(`ProxyCommand ${relay}`)
    const part = fresh('part')
    await writeFile(part, await readFile(options.configFile || '', 'utf8'))
    await writeFile(options.configFile || '', `Include ${part}\n`)
    const host = await openSshHost('box', options)
    expect((await host.exec(['echo', 'in'])).stdout).toBe('in\n')
    const lost = new Promise<void>((resolve) => {
      host.onLink(({ state }) => {
        if (state === 'lost') resolve()
      })
    })
    sshd.cut()
    await lost
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n')
    const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number)
    expect(started).toHaveLength(2)
    await host.close()
    expect(started.filter(isAlive)).toEqual([])
  })

  test("may be OpenSSH's own client, by another machine", async () => {
    await using gate = await openSshd()
    const { ssh, env } = gate.parts
    const known = `-o UserKnownHostsFile=${gate.knownHostsFile} -o BatchMode=yes`
    const login = `-i ${gate.identityFile} -p ${gate.port} ${gate.user}@127.0.0.1`
    const libraries = `LD_LIBRARY_PATH=${env['LD_LIBRARY_PATH'] ?? ''}`
    const command = `env ${libraries} ${ssh} -F none ${known} -W %h:%p ${login}`
    await using host = await openSshHost('box', await config(`ProxyCommand ${command}`))
    expect((await host.exec(['echo', 'in'])).stdout).toBe('in\n')
    expect(gate.log()).toContain('Accepted publickey')
  })

  test('that ends, or leads nowhere, says why', async () => {
    const ended = await failure(await config('ProxyCommand sh -c "echo the gate is closed >&2; exit 3"'))
    expect(ended).toMatchObject({ code: 'unreachable' })
    expect(ended.message).toContain('the ProxyCommand ended with exit code 3: the gate is closed')
    const missing = await failure(await config('ProxyCommand /no/such/program'))
    expect(missing.message).toMatch(/the ProxyCommand ended with exit code 12[67]: .*\/no\/such\/program/)
    const silent = await failure(await config('ProxyCommand sh -c "echo waiting >&2; exec sleep 600 >&-"'))
    expect(silent.message).toMatch(/the ProxyCommand said: waiting$/)
    const stop = new AbortController()
    const reason = new Error('never mind')
    const options = await config('ProxyCommand sleep 600')
    const given = openSshHost('box', { ...options, signal: stop.signal })
    setImmediate(() => stop.abort(reason))
    await expect(given).rejects.toBe(reason)
  })
})

describe('keys of machines', () => {
  test('StrictHostKeyChecking accept-new takes a new one, and no takes none', async () => {
    const known = fresh('known')
    const refused = await failure(await config(`UserKnownHostsFile ${known}`, 'StrictHostKeyChecking no'))
    expect(refused.code).toBe('unknown-host-key')
    expect(refused.message).toContain('StrictHostKeyChecking no is not followed')
    const options = await config(`UserKnownHostsFile ${known}`, 'StrictHostKeyChecking accept-new')
    expect((await failure({ ...options, acceptNew: false })).code).toBe('unknown-host-key')
    await (await openSshHost('box', options)).close()
    expect(await readFile(known, 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519`)
  })

  test('a HostKeyAlias stands for the machine, in any of several files', async () => {
    const [, type, key] = (await readFile(sshd.knownHostsFile, 'utf8')).split(' ')
    const known = fresh('known')
    await writeFile(known, `the-box ${String(type)} ${String(key)}`)
    const options = await config('HostKeyAlias the-box', `UserKnownHostsFile ${fresh('none')} ${known}`)
    await (await openSshHost('box', options)).close()
    const authority = fresh('known')
    await writeFile(authority, `@cert-authority the-box ${String(type)} ${String(key)}`)
    const refused = await failure(await config('HostKeyAlias the-box', `UserKnownHostsFile ${authority}`))
    expect(refused.code).toBe('unknown-host-key')
    expect(refused.message).toContain('host certificates are not understood')
  })
})
