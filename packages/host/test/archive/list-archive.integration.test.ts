import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { renderFrames } from '../../src/archive/compression.ts'
import { archive } from '../../src/archive/create-archive.ts'
import { listArchive, type ArchiveEntry, type ListArchiveOptions } from '../../src/archive/list-archive.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { entry, makeTar } from './make-tar.ts'

async function* from(...chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function listed(
  source: AsyncIterable<Uint8Array>,
  options?: ListArchiveOptions,
): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for await (const one of listArchive(source, options)) entries.push(one)
  return entries
}

test('an archive is told entry by entry, with what its files hold', async () => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  const at = path.join(scratch.path, 'source')
  await mkdir(path.join(at, 'deep'), { recursive: true })
  await writeFile(path.join(at, 'deep', 'grün'), 'no')
  // So far in that it comes in another chunk than the beginning.
  await writeFile(path.join(at, 'large'), `${'x'.repeat(700_001)}the secret${'y'.repeat(700_000)}`)
  await symlink('../elsewhere', path.join(at, 'link'))
  const needles = [Buffer.from('absent'), Buffer.from('the secret'), Buffer.from('xt')]
  const whole = await archive(host, at)
  const entries = await listed(whole.stream, { needles })
  expect(entries).toHaveLength(whole.entryCount)
  expect(entries.find(({ path: name }) => name === 'large')).toMatchObject({ type: 'file', contains: [1, 2] })
  expect(entries.find(({ type }) => type === 'symlink')).toMatchObject({ path: 'link', link: '../elsewhere' })
  expect(entries.find(({ path: name }) => name === 'deep/grün')).toMatchObject({ size: 2, contains: [] })

  await writeFile(path.join(at, 'more'), '')
  const increment = await archive(host, at, { base: whole.manifest })
  expect((await listed(increment.stream)).map(({ path: name }) => name).sort()).toEqual(['', 'more'])
})

test('needles are found wherever chunks end', async () => {
  const tar = renderFrames(makeTar([entry({ path: 'f', body: Buffer.from('abcabcabd'.repeat(50)) })]), 'gzip')
  const needles = [Buffer.from('cabd'), Buffer.from('abdabdx')]
  const pieces = Array.from({ length: tar.length }, (_, index) => tar.subarray(index, index + 1))
  expect(await listed(from(...pieces), { needles })).toMatchObject([{ path: 'f', contains: [0] }])
  await expect(listed(from(tar), { needles: [Buffer.alloc(0)] })).rejects.toThrow(TypeError)
})

test('what is cut or leads out is refused', async () => {
  const good = makeTar([entry({ path: 'f', body: Buffer.alloc(10_000, 'x') })])
  const cut = renderFrames(good.subarray(0, 4_096), 'gzip')
  const outside = renderFrames(makeTar([entry({ path: '../f' })]), 'gzip')
  for (const bytes of [cut, outside, good])
    await expect(listed(from(bytes))).rejects.toMatchObject({ code: 'archive-unsafe' })
  const stop = new AbortController()
  const endless = async function* () {
    yield renderFrames(good, 'gzip').subarray(0, 20)
    stop.abort(new Error('enough'))
    await new Promise(() => undefined)
  }
  await expect(listed(endless(), { signal: stop.signal })).rejects.toThrow('enough')
})
