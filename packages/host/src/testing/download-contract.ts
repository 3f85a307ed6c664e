import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { DownloadOptions, DownloadProgress, DownloadResult } from '../download/download-options.ts'
import { download } from '../download/download.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'
import { openFileServer, type FileServer } from './file-server.ts'

const BYTES = Buffer.from(Array.from({ length: 2_000_003 }, (_, index) => (index * 11) % 251))
const SHA256 = sha256(BYTES)
const WRONG = '0'.repeat(64)

interface Way {
  readonly server: FileServer
  /** Of the server, as whoever fetches reaches it. */
  readonly base: string
  get(options?: DownloadOptions, path?: string): Promise<DownloadResult>
  read(): Promise<Buffer>
  /** All but the target's directory itself. */
  left(): Promise<readonly string[]>
}

/** What `download` promises, by either way; the server is ours, and the worker reaches it over a forward. */
export function downloadContract(contractCase: ContractCase): void {
  const both = (name: string, body: (way: Way, scope: ContractScope) => Promise<void>): void => {
    for (const via of ['worker', 'orchestrator'] as const) {
      contractCase(`by the ${via}: ${name}`, async (scope) => {
        const { host, at } = scope
        await using server = await openFileServer(BYTES)
        await using forward = await host.forward({ from: 'worker', port: 0, to: { port: server.port } })
        await host.files.makeDirectory(at('to'))
        const base = `http://127.0.0.1:${via === 'worker' ? forward.port : server.port}`
        const way: Way = {
          server,
          base,
          get: (options, path = '/file') =>
            download(host, `${base}${path}`, at('to/file'), { via, ...options }),
          read: async () => Buffer.from(await host.files.read(at('to/file'))),
          left: () => host.files.list(at('to')),
        }
        await body(way, scope)
      })
    }
  }

  both('the bytes arrive, with their sum, the mode and the progress', async (way, { host, at }) => {
    const told: DownloadProgress[] = []
    const result = await way.get({ mode: 0o750, onProgress: (progress) => told.push(progress) })
    expect(result).toMatchObject({ bytes: BYTES.length, sha256: SHA256, skipped: false, resumedFrom: 0 })
    expect(BYTES.equals(await way.read())).toBe(true)
    expect((await host.files.stat(at('to/file')))?.mode).toBe(0o750)
    expect(told.at(-1)).toMatchObject({ bytes: BYTES.length })
    expect(told.map(({ bytes }) => bytes)).toEqual(told.map(({ bytes }) => bytes).sort((a, b) => a - b))
    expect(await way.left()).toEqual(['file'])
    way.server.served.body = Buffer.from('next')
    way.server.served.hasLength = false
    expect(await way.get()).toMatchObject({ bytes: 4 })
    expect((await host.files.stat(at('to/file')))?.mode).toBe(0o750)
    way.server.served.body = Buffer.alloc(0)
    expect(await way.get()).toMatchObject({ bytes: 0, sha256: sha256(Buffer.alloc(0)) })
  })

  both('what has the digest already is left alone, and what has another one gets no name', async (way) => {
    await way.get({ sha256: SHA256.toUpperCase() })
    expect(await way.get({ sha256: SHA256 })).toMatchObject({ skipped: true, bytes: BYTES.length })
    expect(way.server.requests).toHaveLength(1)
    const wrong = way.get({ sha256: WRONG })
    await expect(wrong).rejects.toMatchObject({ name: 'DownloadError', code: 'digest-mismatch' })
    expect(BYTES.equals(await way.read())).toBe(true)
    expect(await way.left()).toEqual(['file'])
  })

  both('redirects are followed, but not for ever', async (way) => {
    await way.get({}, `/to/${encodeURIComponent('/to/%2Ffile')}`)
    expect(BYTES.equals(await way.read())).toBe(true)
    await expect(way.get({}, '/to/')).rejects.toMatchObject({ code: 'fetch-failed' })
    const path = `/to/${encodeURIComponent('file:///etc/passwd')}`
    await expect(way.get({}, path)).rejects.toMatchObject({ code: 'fetch-failed' })
    expect(await way.left()).toEqual(['file'])
  })

  both('failures say what failed, and leave what was there', async (way, { host, at }) => {
    await host.files.write(at('to/file'), 'old')
    way.server.served.status = 404
    await expect(way.get()).rejects.toMatchObject({
      code: 'http-status',
      status: 404,
      url: `${way.base}/file`,
    })
    way.server.served.status = undefined
    await expect(way.get({ maxBytes: 1_000 })).rejects.toMatchObject({ code: 'too-large' })
    way.server.served.hasLength = false
    await expect(way.get({ maxBytes: 1_000 })).rejects.toMatchObject({ code: 'too-large' })
    expect((await way.read()).toString()).toBe('old')
    expect(await way.left()).toEqual(['file'])
    const lost = download(host, `${way.base}/file`, at('missing/file'))
    await expect(lost).rejects.toMatchObject({ code: 'not-found' })
    await expect(download(host, `${way.base}/file`, at('to'))).rejects.toMatchObject({ code: 'io' })
    const reason = new Error('too late')
    await expect(way.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expectTypeErrors([
      download(host, '-o/etc/passwd', at('to/file')),
      download(host, 'http://x/\nurl = file:///etc/passwd', at('to/file')),
      download(host, 'file:///etc/passwd', at('to/file')),
      way.get({ headers: { 'x\n': 'y' } }),
      way.get({ sha256: 'x' }),
    ])
  })

  both('an abort ends what fetches, and leaves nothing', async (way) => {
    way.server.served.stallAfter = 500_000
    const stop = new AbortController()
    const reason = new Error('enough')
    const onProgress = (): void => stop.abort(reason)
    await expect(way.get({ signal: stop.signal, onProgress })).rejects.toBe(reason)
    await way.server.quiet()
    expect(await way.left()).toEqual([])
  })

  both('one that was cut goes on, unless it is another file by then', async (way) => {
    const { served, requests } = way.server
    const cut = { name: 'DownloadError', code: 'fetch-cut' }
    served.cutAfter = 700_000
    await expect(way.get()).rejects.toMatchObject(cut)
    const left = await way.left()
    served.cutAfter = undefined
    const result = await way.get()
    expect(BYTES.equals(await way.read())).toBe(true)
    expect(await way.left()).toEqual(['file'])
    // wget goes on with nothing, and so keeps nothing.
    if (left.length === 0) {
      expect(result.resumedFrom).toBe(0)
      return
    }
    expect(left).toEqual([expect.stringMatching(/^\..*\.part$/)])
    expect(result.resumedFrom).toBeGreaterThan(0)
    expect(requests.at(-1)).toMatchObject({ range: `bytes=${result.resumedFrom}-`, 'if-range': '"1"' })
    served.cutAfter = 700_000
    await expect(way.get()).rejects.toMatchObject(cut)
    served.cutAfter = undefined
    served.etag = '"2"'
    served.body = Buffer.from('another one')
    expect(await way.get()).toMatchObject({ resumedFrom: 0, bytes: served.body.length })
    served.etag = undefined
    served.cutAfter = 3
    await expect(way.get()).rejects.toMatchObject(cut)
    expect(await way.left()).toEqual(['file'])
  })

  both('headers and the account reach their server, and nobody else sees them', async (way, { exec }) => {
    let seen = ''
    way.server.onRequest = async () => {
      // Not in this program's own command line.
      const script = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "hush[-]hush" || :'
      seen += (await exec(['sh', '-c', script])).stdout
    }
    const url = new URL(`${way.base}/file`)
    url.username = 'me'
    url.password = 'hush-hush'
    const secret = { 'x-key': 'hush-hush "quoted\\"' }
    const got = await way.get({ headers: secret }, `/to/${encodeURIComponent(url.href)}`).catch(refused)
    if (got === undefined) return
    expect(way.server.requests.at(-1)).toMatchObject({
      authorization: `Basic ${Buffer.from('me:hush-hush').toString('base64')}`,
      'x-key': 'hush-hush "quoted\\"',
    })
    expect(seen).toBe('0\n')
  })
}

/** Without curl the worker refuses what would be seen. */
function refused(error: unknown): undefined {
  expect(error).toMatchObject({ code: 'unsupported' })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
