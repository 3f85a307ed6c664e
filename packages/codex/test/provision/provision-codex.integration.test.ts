import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { codexBinary, privateDirectory } from '@x/fixtures'
import { mustSucceed, openLocalHost, type Host } from '@x/host'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toFault } from '../../src/errors.ts'
import { provisionCodex } from '../../src/provision/provision-codex.ts'
import { openSession } from '../../src/session/open-session.ts'
import { hostWith } from '../host-with.ts'

const VERSION = '0.142.5'

let host: Host
let directory: Awaited<ReturnType<typeof privateDirectory>>

beforeAll(async () => {
  host = await openLocalHost()
  directory = await privateDirectory()
})
afterAll(async () => {
  await host.close()
  await expectNoLeaks({ within: directory.path })
  await directory[Symbol.asyncDispose]()
})

const cache = (name: string): string => path.join(directory.path, name)

/** The same machine, with these variables in the environment of all that is run on it. */
const hostWithEnvironment = (env: Readonly<Record<string, string>>): Host =>
  hostWith(host, {
    exec: (argv, options) => host.exec(argv, { ...options, env: { ...options?.env, ...env } }),
  })

const inCache = async (name: string): Promise<string[]> =>
  await readdir(path.join(cache(name), 'codex')).catch(() => [])

test('fetches into an empty cache, two at once too, and then never again', async () => {
  const told: string[] = []
  const progress: number[] = []
  const provision = (): ReturnType<typeof provisionCodex> =>
    provisionCodex({
      host,
      version: VERSION,
      cacheDir: cache('empty'),
      onProgress: (said) => {
        told.push(said.doing)
        if (said.progress !== undefined) progress.push(said.progress)
      },
    })
  const [one, other] = await Promise.all([provision(), provision()])
  expect(one).toEqual(other)
  expect(one).toEqual({
    binary: path.join(cache('empty'), 'codex', VERSION, 'bin', 'codex'),
    directory: path.join(cache('empty'), 'codex', VERSION),
    version: VERSION,
  })
  expect(new Set(told.map((said) => said.split(' ')[0]))).toEqual(
    new Set(['Fetching', 'Checking', 'Unpacking']),
  )
  expect(progress.every((part) => part >= 0 && part < 1)).toBe(true)
  expect(await inCache('empty')).toEqual([VERSION])
  expect(mustSucceed(await host.exec([one.binary, '--version'])).stdout).toContain(VERSION)
  expect((await readdir(one.directory)).sort()).toEqual(
    (await readdir(path.dirname(path.dirname(codexBinary(VERSION))))).sort(),
  )
  told.length = 0
  expect(await provision()).toEqual(one)
  expect(told).toEqual([])
  // What was begun and never ended is no installation.
  await rm(path.join(one.directory, 'x-installed.json'))
  const offline = hostWithEnvironment({
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
  })
  await expect(
    provisionCodex({ host: offline, version: VERSION, cacheDir: cache('empty') }),
  ).rejects.toMatchObject({ code: 'provision' })
})

test('refuses what does not have the pinned digest, and leaves nothing', async () => {
  const tarball = Buffer.from('not the tarball that it is said to be')
  const name = `${VERSION}-linux-x64`
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const mirror = createServer((request, response) => {
    const url = `http://127.0.0.1:${String((mirror.address() as { port: number }).port)}`
    if (request.url?.endsWith('.tgz') === true) return void response.end(tarball)
    response.setHeader('content-type', 'application/json')
    const dist = { integrity, tarball: `${url}/codex.tgz` }
    const versions = { [name]: { name: '@openai/codex', version: name, dist } }
    response.end(JSON.stringify({ name: '@openai/codex', 'dist-tags': { latest: name }, versions }))
  })
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
  const { port } = mirror.address() as { port: number }
  const doctored = hostWithEnvironment({ npm_config_registry: `http://127.0.0.1:${String(port)}` })
  const refused = provisionCodex({ host: doctored, version: VERSION, cacheDir: cache('doctored') })
  await expect(refused).rejects.toMatchObject({
    name: 'SessionError',
    code: 'provision',
    message: expect.stringContaining('pinned digest'),
    remedy: expect.stringContaining('registry'),
  })
  mirror.closeAllConnections()
  await new Promise((resolve) => mirror.close(resolve))
  expect(await inCache('doctored')).toEqual([])
})

test.each([
  ['npm is missing', { PATH: '/nonexistent' }, /npm could not be started/, /Install Node/],
  [
    'the registry cannot be reached',
    { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' },
    /npm could not fetch @openai\/codex@.*ECONNREFUSED/,
    /npm config get registry/,
  ],
])('says what to do when %s', async (name, env, message, remedy) => {
  const without = hostWithEnvironment(env)
  const failed = provisionCodex({ host: without, version: VERSION, cacheDir: cache('failing') })
  await expect(failed, name).rejects.toMatchObject({
    name: 'SessionError',
    code: 'provision',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  })
  expect(await inCache('failing')).toEqual([])
})

test('gives up when it is told to, and leaves nothing', async () => {
  const giveUp = new AbortController()
  const given = provisionCodex({
    host,
    version: VERSION,
    cacheDir: cache('given-up'),
    signal: giveUp.signal,
    onProgress: () => giveUp.abort(new Error('enough')),
  })
  await expect(given).rejects.toThrow('enough')
  expect(await inCache('given-up')).toEqual([])
})

test('knows versions and machines that were tested, and no others', async () => {
  await expect(provisionCodex({ host, version: '0.1.0' as '0.169.0' })).rejects.toMatchObject({
    name: 'ConfigError',
    field: 'version',
  })
  const elsewhere = hostWith(host, { facts: { ...host.facts, arch: 'riscv64' } })
  await expect(provisionCodex({ host: elsewhere })).rejects.toMatchObject({
    code: 'provision',
    remedy: expect.stringContaining('binary'),
  })
  await expect(provisionCodex({ host, cacheDir: '/tmp/x-cache' })).rejects.toMatchObject({
    field: 'cacheDir',
  })
})

test('takes a named binary only when it is the Codex that was asked for', async () => {
  const open = (binary: string, version?: typeof VERSION): ReturnType<typeof openSession> =>
    openSession({
      host,
      stateDir: path.join(directory.path, 'state'),
      binary,
      ...(version && { version }),
      login: { endpoint: { baseUrl: 'http://127.0.0.1:9/v1' } },
    })
  const script = path.join(directory.path, 'script')
  await writeFile(script, '#!/bin/sh\necho codex-cli of mine\n', { mode: 0o755 })
  for (const binary of ['/bin/true', '/nonexistent/codex', directory.path, script]) {
    await expect(open(binary), binary).rejects.toMatchObject({ name: 'SessionError', code: 'provision' })
  }
  await expect(open(codexBinary('0.169.0'), VERSION)).rejects.toMatchObject({
    code: 'provision',
    message: expect.stringContaining('0.169.0'),
  })
  await using session = await open(codexBinary('0.169.0'))
  expect(session.version).toBe('0.169.0')
  await session.ready
})

const canMount = process.getuid?.() === 0
test.runIf(canMount || process.env['CI'] === 'true')(
  'says that the disk is full (needs root, to mount a small one)',
  async () => {
    const small = cache('small')
    await mkdir(small)
    mustSucceed(await host.exec(['mount', '-t', 'tmpfs', '-o', 'size=20m,mode=700', 'tmpfs', small]))
    try {
      const failed: unknown = await provisionCodex({ host, version: VERSION, cacheDir: small }).catch(
        (error: unknown) => error,
      )
      expect(toFault(failed)).toEqual({
        message: expect.stringContaining('the disk is full'),
        remedy: expect.stringMatching(/[Ff]ree/),
      })
      expect(await readdir(path.join(small, 'codex'))).toEqual([])
      const { bavail, bsize } = await import('node:fs/promises').then(({ statfs }) => statfs(small))
      await writeFile(path.join(small, 'filler'), Buffer.alloc(bavail * bsize)).catch(() => undefined)
      const opened: unknown = await openSession({
        host,
        stateDir: path.join(small, 'state'),
        binary: codexBinary(VERSION),
        login: { endpoint: { baseUrl: 'http://127.0.0.1:9/v1' } },
      }).catch((error: unknown) => error)
      expect(toFault(opened)).toEqual({ message: 'the disk is full', remedy: expect.stringMatching(/Free/) })
    } finally {
      mustSucceed(await host.exec(['umount', small]))
    }
    expect(await stat(small)).toBeDefined()
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(small)
  },
)
