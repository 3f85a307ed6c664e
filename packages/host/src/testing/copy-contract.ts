import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import type { CopyOptions, CopyProgress, CopyResult } from '../copy.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

const BYTES = Buffer.from(Array.from({ length: 3_000_017 }, (_, index) => (index * 7) % 253))

/** Both directions obey the same cases; `source` and `target` are each a directory, on the side that it stands for. */
interface Direction {
  copy(from: string, to: string, options?: CopyOptions): Promise<CopyResult>
  writeSource(name: string, data: string | Uint8Array): Promise<string>
  readTarget(name: string): Promise<Uint8Array>
  modeOf(name: string): Promise<number | undefined>
  listTarget(): Promise<readonly string[]>
  target(name: string): string
  writeTarget(name: string, data: string | Uint8Array): Promise<void>
}

/** What `copyIn` and `copyOut` promise. A `withinCase` needs `within` as well. */
export function copyContract(contractCase: ContractCase, withinCase: ContractCase): void {
  const both = (name: string, body: (way: Direction, scope: ContractScope) => Promise<void>): void => {
    for (const direction of ['in', 'out'] as const) {
      contractCase(`copy ${direction}: ${name}`, async (scope) => {
        const ours = await mkdtemp(path.join(tmpdir(), 'copy-'))
        try {
          await scope.shell('mkdir copies')
          await body(directionOf(direction, scope, ours), scope)
        } finally {
          await rm(ours, { recursive: true })
        }
      })
    }
  }

  both('the bytes arrive, with their sum and the progress', async (way) => {
    const from = await way.writeSource('source', BYTES)
    const told: CopyProgress[] = []
    const result = await way.copy(from, way.target('file'), {
      mode: 0o750,
      onProgress: (progress) => told.push(progress),
    })
    const sha256 = createHash('sha256').update(BYTES).digest('hex')
    expect(result).toEqual({ bytes: BYTES.length, sha256, skipped: false, resumedFrom: 0 })
    expect(BYTES.equals(await way.readTarget('file'))).toBe(true)
    expect(await way.modeOf('file')).toBe(0o750)
    expect(told.at(-1)).toEqual({ bytes: BYTES.length, totalBytes: BYTES.length })
    expect(told.map(({ bytes }) => bytes)).toEqual(told.map(({ bytes }) => bytes).sort((a, b) => a - b))
    expect(await way.listTarget()).toEqual(['file'])
    const empty = await way.writeSource('none', '')
    expect(await way.copy(empty, way.target('none'))).toMatchObject({ bytes: 0 })
    expect(await way.modeOf('none')).toBe(0o600)
  })

  both('what is there already is left alone, unless it must not be', async (way) => {
    const from = await way.writeSource('source', 'same bytes')
    await way.writeTarget('file', 'same bytes')
    const told: CopyProgress[] = []
    const onProgress = (progress: CopyProgress): void => void told.push(progress)
    expect(await way.copy(from, way.target('file'), { onProgress })).toMatchObject({
      skipped: true,
      bytes: 10,
    })
    expect(told).toEqual([{ bytes: 10, totalBytes: 10 }])
    expect(await way.copy(from, way.target('file'), { mode: 0o640 })).toMatchObject({ skipped: true })
    expect(await way.modeOf('file')).toBe(0o640)
    expect(await way.copy(from, way.target('file'), { skipUnchanged: false })).toMatchObject({
      skipped: false,
    })
    await way.writeTarget('file', 'Same bytes')
    expect(await way.copy(from, way.target('file'))).toMatchObject({ skipped: false })
    expect(Buffer.from(await way.readTarget('file')).toString()).toBe('same bytes')
    expect(await way.modeOf('file')).toBe(0o640)
  })

  both('one that was cut goes on, and replaces nothing before it is whole', async (way) => {
    const from = await way.writeSource('source', BYTES)
    await way.writeTarget('file', 'old')
    const reason = new Error('cut')
    const stop = new AbortController()
    const cut = way.copy(from, way.target('file'), {
      signal: stop.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 1_000_000) stop.abort(reason)
      },
    })
    await expect(cut).rejects.toBe(reason)
    expect(Buffer.from(await way.readTarget('file')).toString()).toBe('old')
    const result = await way.copy(from, way.target('file'))
    expect(result.resumedFrom).toBeGreaterThan(1_000_000)
    expect(result.skipped).toBe(false)
    expect(BYTES.equals(await way.readTarget('file'))).toBe(true)
    expect(await way.listTarget()).toEqual(['file'])
  })

  both('who is told that all has arrived may still end it, and the next one needs no byte', async (way) => {
    const from = await way.writeSource('source', BYTES)
    await way.writeTarget('file', 'old')
    const reason = new Error('cut at the end')
    const onProgress = ({ bytes, totalBytes }: CopyProgress): void => {
      if (bytes === totalBytes) throw reason
    }
    await expect(way.copy(from, way.target('file'), { onProgress })).rejects.toBe(reason)
    expect(Buffer.from(await way.readTarget('file')).toString()).toBe('old')
    const result = await way.copy(from, way.target('file'))
    expect(result).toMatchObject({ resumedFrom: BYTES.length, skipped: false })
    expect(BYTES.equals(await way.readTarget('file'))).toBe(true)
    expect(await way.listTarget()).toEqual(['file'])
  })

  both('what an earlier copy has left is not trusted', async (way) => {
    const from = await way.writeSource('source', BYTES)
    const reason = new Error('cut')
    const stop = new AbortController()
    const onProgress = (): void => stop.abort(reason)
    await expect(way.copy(from, way.target('file'), { signal: stop.signal, onProgress })).rejects.toBe(reason)
    const [part] = await way.listTarget()
    expect(part).toMatch(/^\..*\.part$/)
    await way.writeTarget(part ?? '', 'not what the source has')
    const result = await way.copy(from, way.target('file'))
    expect(result.resumedFrom).toBe(0)
    expect(BYTES.equals(await way.readTarget('file'))).toBe(true)
    expect(await way.listTarget()).toEqual(['file'])
  })

  both('many at once to one target', async (way) => {
    const from = await way.writeSource('source', BYTES)
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => way.copy(from, way.target('file'), { skipUnchanged: false })),
    )
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'fulfilled'))
    expect(BYTES.equals(await way.readTarget('file'))).toBe(true)
  })

  withinCase('copies stay within a directory of the machine', async ({ host, at, shell }) => {
    await shell(
      'mkdir -p in out; echo secret >out/file; echo fine >in/file; ln -s ../out/file in/link; ln -s ../out in/way',
    )
    const ours = await mkdtemp(path.join(tmpdir(), 'copy-'))
    try {
      const copied = path.join(ours, 'file')
      const within = at('in')
      await host.files.copyOut(at('in/file'), copied, { within })
      expect(await readFile(copied, 'utf8')).toBe('fine\n')
      for (const name of ['in/link', 'in/way/file', 'in/../out/file', 'out/file']) {
        await expect(host.files.copyOut(at(name), copied, { within }), name).rejects.toMatchObject({
          code: 'outside',
        })
      }
      await host.files.copyIn(copied, at('in/link'), { within })
      for (const name of ['in/way/new', 'in/../out/new', 'out/new']) {
        await expect(host.files.copyIn(copied, at(name), { within }), name).rejects.toMatchObject({
          code: 'outside',
        })
      }
      expect(await shell('cat out/file in/link; ls -A out')).toBe('secret\nfine\nfile\n')
    } finally {
      await rm(ours, { recursive: true })
    }
  })

  both('failures say what failed', async (way, { open }) => {
    const from = await way.writeSource('source', 'x')
    const missing = { name: 'HostError', code: 'not-found' }
    await expect(way.copy(`${from}-missing`, way.target('file'))).rejects.toMatchObject(missing)
    await expect(way.copy(from, way.target('missing/file'))).rejects.toMatchObject(missing)
    await expect(way.copy(path.dirname(from), way.target('file'))).rejects.toMatchObject({ code: 'io' })
    const reason = new Error('too late')
    const late = way.copy(from, way.target('file'), { signal: AbortSignal.abort(reason) })
    await expect(late).rejects.toBe(reason)
    await expectTypeErrors([
      way.copy('source', way.target('file')),
      way.copy(from, 'file'),
      way.copy(from, `${way.target('file')}/..`),
      way.copy(from, way.target('file'), { mode: -1 }),
    ])
    const other = await open()
    await other.close()
    await expect(other.files.copyIn(from, way.target('file'))).rejects.toMatchObject({ code: 'closed' })
    expect(await way.listTarget()).toEqual([])
  })
}

function directionOf(direction: 'in' | 'out', { host, at }: ContractScope, ours: string): Direction {
  const { files } = host
  const mine = (name: string): string => path.join(ours, name)
  const there = (name: string): string => at(`copies/${name}`)
  if (direction === 'in') {
    return {
      copy: (from, to, options) => files.copyIn(from, to, options),
      writeSource: (name, data) => writeFile(mine(name), data).then(() => mine(name)),
      target: there,
      readTarget: (name) => files.read(there(name)),
      writeTarget: (name, data) => files.write(there(name), data),
      modeOf: async (name) => (await files.stat(there(name)))?.mode,
      listTarget: () => files.list(at('copies')),
    }
  }
  const sources = (name: string): string => at(name)
  return {
    copy: (from, to, options) => files.copyOut(from, to, options),
    writeSource: (name, data) => files.write(sources(name), data).then(() => sources(name)),
    target: mine,
    readTarget: (name) => readFile(mine(name)),
    writeTarget: (name, data) => writeFile(mine(name), data),
    modeOf: async (name) => (await stat(mine(name))).mode & 0o7777,
    listTarget: async () => (await readdir(ours)).sort(),
  }
}
