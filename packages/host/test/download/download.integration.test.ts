import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import type { DownloadHost, DownloadOptions } from '../../src/download/download-options.ts'
import { download } from '../../src/download/download.ts'
import type { Host } from '../../src/host.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { openFileServer, type FileServer } from '../../src/testing/file-server.ts'

const run = promisify(execFile)
const BYTES = Buffer.from(Array.from({ length: 600_011 }, (_, index) => (index * 13) % 249))
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
/** All that the machine's side of a download runs, but what fetches. */
const TOOLS =
  'sh cat chmod dd head ls mkdir mv readlink rm sed sha256sum sleep stat sync tail truncate'.split(' ')

let host: Host
let server: FileServer
let directory: string

beforeAll(async () => {
  host = await openLocalHost()
})
afterAll(async () => {
  await host.close()
  await expectNoLeaks()
})
beforeEach(async () => {
  server = await openFileServer(BYTES)
  directory = await mkdtemp(path.join(tmpdir(), 'download-'))
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const url = (name = '/file') => `http://127.0.0.1:${server.port}${name}`
const target = () => path.join(directory, 'file')
const get = (options: DownloadOptions = {}, on: DownloadHost = host) => download(on, url(), target(), options)

/** The same machine, with other programs. */
function poorer(PATH: string, prefix: readonly string[] = []): DownloadHost {
  return {
    name: 'poor',
    files: host.files,
    exec: (argv, options) => host.exec(argv, { ...options, env: { ...options?.env, PATH } }),
    spawn: (argv, options) =>
      host.spawn([...prefix, ...argv], { ...options, env: { ...options?.env, PATH } }),
  }
}

async function withTools(...more: readonly string[]): Promise<DownloadHost> {
  const bin = await mkdtemp(path.join(tmpdir(), 'tools-'))
  tools.push(bin)
  for (const tool of [...TOOLS, ...more]) {
    const { stdout } = await run('sh', ['-c', 'command -v "$1"', 'sh', tool])
    await symlink(stdout.trim(), path.join(bin, tool))
  }
  return poorer(bin)
}
const tools: string[] = []
afterAll(() => Promise.all(tools.map((bin) => rm(bin, { recursive: true }))))

describe('a machine without curl', () => {
  test('fetches with wget, which goes on with nothing and gets no headers', async () => {
    const wget = await withTools('wget')
    expect(await get({ sha256: SHA256 }, wget)).toMatchObject({ via: 'worker', bytes: BYTES.length })
    expect(server.requests[0]?.['user-agent']).toContain('Wget')
    await expect(get({ headers: { a: 'b' } }, wget)).rejects.toMatchObject({ code: 'unsupported' })
    server.served.status = 503
    await expect(get({}, wget)).rejects.toMatchObject({ code: 'http-status', status: 503 })
    server.served.status = undefined
    server.served.cutAfter = 300_000
    await expect(get({}, wget)).rejects.toMatchObject({ code: 'fetch-cut' })
    expect(await readdir(directory)).toEqual(['file'])
    server.served.cutAfter = undefined
    server.served.cutAfter = 300_000
    await expect(get({ via: 'orchestrator' }, wget)).rejects.toMatchObject({ code: 'fetch-cut' })
    expect(await readdir(directory)).toHaveLength(2)
    server.served.cutAfter = undefined
    expect(await get({}, wget)).toMatchObject({ resumedFrom: 0, sha256: SHA256 })
    expect(await readdir(directory)).toEqual(['file'])
    expect(await download(wget, url('/to/%2Ffile'), target())).toMatchObject({ bytes: BYTES.length })
    await expect(get({ maxBytes: 10 }, wget)).rejects.toMatchObject({ code: 'too-large' })
  })

  test('and without wget gets the bytes through us', async () => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)
    if (address === undefined) throw new Error('this machine has no address but its loopback')
    await using reachable = await openFileServer(BYTES, address.address)
    const bare = await withTools()
    const away = `http://${address.address}:${reachable.port}/file`
    expect(await download(bare, away, target(), { sha256: SHA256 })).toMatchObject({ via: 'orchestrator' })
    expect(BYTES.equals(await readFile(target()))).toBe(true)
    // A redirect that the worker must not follow is none for us either.
    const refused = download(host, `http://${address.address}:${reachable.port}/to/ftp%3A%2F%2Fx`, target())
    await expect(refused).rejects.toMatchObject({ code: 'fetch-failed', status: 302 })
    const needed = download(bare, away, target(), { via: 'worker' })
    await expect(needed).rejects.toMatchObject({ code: 'unsupported' })
    // What is on a loopback is the worker's own.
    await expect(get({}, bare)).rejects.toMatchObject({ code: 'unsupported' })
  })
})

test('a server that nobody reaches is told with the reasons of both', async () => {
  await expect(download(host, 'http://nowhere.invalid/file', target())).rejects.toMatchObject({
    name: 'DownloadError',
    code: 'fetch-failed',
    message: expect.stringMatching(
      /neither the worker nor we.*there: .*resolve.*here: .*(?:ENOTFOUND|EAI_AGAIN)/,
    ) as string,
  })
  expect(await readdir(directory)).toEqual([])
})

describe.each(['worker', 'orchestrator'] as const)('by the %s', (via) => {
  test('a part that was changed meanwhile is found out by the digest, and fetched anew', async () => {
    server.served.cutAfter = 400_000
    await expect(get({ via, sha256: SHA256 })).rejects.toMatchObject({ code: 'fetch-cut' })
    const [part = ''] = await readdir(directory)
    const data = path.join(directory, part, 'data')
    await writeFile(data, Buffer.alloc((await readFile(data)).length, 'x'))
    server.served.cutAfter = undefined
    expect(await get({ via, sha256: SHA256 })).toMatchObject({ bytes: BYTES.length, resumedFrom: 0 })
    expect(server.requests).toHaveLength(3)
    expect(BYTES.equals(await readFile(target()))).toBe(true)
    expect(await readdir(directory)).toEqual(['file'])
  })

  test('with a digest a part is gone on with also when the server has no validator', async () => {
    server.served.etag = undefined
    server.served.cutAfter = 400_000
    await expect(get({ via, sha256: SHA256 })).rejects.toMatchObject({ code: 'fetch-cut' })
    server.served.cutAfter = undefined
    const result = await get({ via, sha256: SHA256 })
    expect(result.resumedFrom).toBeGreaterThan(0)
    expect(server.requests.at(-1)?.['if-range']).toBeUndefined()
  })

  test('a part that is all already is not fetched again', async () => {
    server.served.cutAfter = 400_000
    await expect(get({ via })).rejects.toMatchObject({ code: 'fetch-cut' })
    const [part = ''] = await readdir(directory)
    const { length } = await readFile(path.join(directory, part, 'data'))
    server.served.cutAfter = undefined
    server.served.body = BYTES.subarray(0, length)
    expect(await get({ via })).toMatchObject({ bytes: length, resumedFrom: length })
    expect(await readdir(directory)).toEqual(['file'])
  })

  test('a part whose file is gone goes too', async () => {
    server.served.cutAfter = 400_000
    await expect(get({ via })).rejects.toMatchObject({ code: 'fetch-cut' })
    server.served.status = 503
    await expect(get({ via })).rejects.toMatchObject({ status: 503 })
    expect(await readdir(directory)).toHaveLength(1)
    server.served.status = 410
    await expect(get({ via })).rejects.toMatchObject({ status: 410 })
    expect(await readdir(directory)).toEqual([])
  })

  test('what nobody sends any more is given up', async () => {
    server.served.stallAfter = 100_000
    await expect(get({ via, idleTimeoutMs: 1_000 })).rejects.toMatchObject({ code: 'fetch-cut' })
    server.onRequest = () => new Promise(() => undefined)
    await expect(get({ via, idleTimeoutMs: 1_000 })).rejects.toMatchObject({ code: 'fetch-failed' })
  })

  test('many at once to one target', async () => {
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => get({ via })))
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'fulfilled'))
    expect(BYTES.equals(await readFile(target()))).toBe(true)
    expect(await readdir(directory)).toEqual(['file'])
  })

  test('what a listener throws ends it', async () => {
    const reason = new Error('enough')
    const onProgress = (): void => {
      throw reason
    }
    await expect(get({ via, onProgress })).rejects.toBe(reason)
    expect(await readdir(directory)).toEqual([])
  })

  test('within a directory no link leads out', async () => {
    await mkdir(path.join(directory, 'in'))
    await mkdir(path.join(directory, 'out'))
    await symlink('../out', path.join(directory, 'in/way'))
    const within = path.join(directory, 'in')
    const out = download(host, url(), path.join(within, 'way/file'), { via, within })
    await expect(out).rejects.toMatchObject({ code: 'outside' })
    expect(await download(host, url(), path.join(within, 'file'), { via, within })).toMatchObject({
      skipped: false,
    })
    expect(await readdir(path.join(directory, 'out'))).toEqual([])
  })

  test('a full disk is no-space, and nothing is left', async () => {
    const mount = `mount -t tmpfs -o size=256k none "$0" && exec "$@"`
    const small = poorer(process.env['PATH'] ?? '', ['unshare', '-rm', 'sh', '-c', mount, directory])
    await expect(get({ via }, small)).rejects.toMatchObject({ code: 'no-space' })
    await expect(access(target())).rejects.toThrow('ENOENT')
  })
})

test('what a server sends behind the body is no part of the file', async () => {
  await using trailing = await openFileServer(BYTES)
  trailing.served.trailer = 'not a part of it'
  expect(await download(host, `http://127.0.0.1:${trailing.port}/file`, target())).toMatchObject({
    sha256: SHA256,
  })
})
