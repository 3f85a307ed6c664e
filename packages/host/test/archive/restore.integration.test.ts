import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { privateDirectory } from '@x/fixtures'
import { expect, test, vi } from 'vitest'
import { archive } from '../../src/archive/create-archive.ts'
import { renderFrames } from '../../src/archive/compression.ts'
import { restore } from '../../src/archive/restore-archive.ts'
import { mustSucceed } from '../../src/exec-result.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { buildForNode } from '../build-for-node.ts'
import { entry, makeTar } from './make-tar.ts'

async function* from(...chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

test('zstd and gzip are told apart, in any number of frames, in pieces of any size', async () => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  const tar = makeTar([entry({ path: 'f', body: Buffer.alloc(300_000, 'x') }), entry({ path: 'g' })])
  for (const kind of ['zstd', 'gzip'] as const) {
    const [first, second] = [
      renderFrames(tar.subarray(0, 200_000), kind),
      renderFrames(tar.subarray(200_000), kind),
    ]
    const bytes = Buffer.concat([first, second])
    const target = path.join(scratch.path, kind)
    const single = Array.from({ length: 9 }, (_, index) => bytes.subarray(index, index + 1))
    await restore(host, from(...single, bytes.subarray(9)), target)
    expect(await readdir(target)).toEqual(['f', 'g'])
  }
  await expect(restore(host, from(tar), path.join(scratch.path, 'plain'))).rejects.toMatchObject({
    code: 'archive-unsafe',
  })
})

test('an archive is read where no socket finds a place', async () => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  vi.stubEnv('TMPDIR', path.join(scratch.path, 'missing'))
  try {
    const bytes = renderFrames(makeTar([entry({ path: 'f', body: Buffer.alloc(700_000, 'x') })]), 'zstd')
    await restore(host, from(bytes), path.join(scratch.path, 'target'))
  } finally {
    vi.unstubAllEnvs()
  }
  expect((await readFile(path.join(scratch.path, 'target', 'f'))).equals(Buffer.alloc(700_000, 'x'))).toBe(
    true,
  )
})

test('a stream that grows without bounds is refused', async () => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  const target = path.join(scratch.path, 'target')
  const size = 400 * 2 ** 20
  const tar = makeTar([entry({ path: 'zeros' })])
  tar.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  let sum = 8 * 0x20
  tar.subarray(0, 512).forEach((byte, index) => (sum += index >= 148 && index < 156 ? 0 : byte))
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  const megabytes = gzipSync(Buffer.alloc(16 * 2 ** 20))
  const frames = [gzipSync(tar.subarray(0, 512)), ...Array.from({ length: 25 }, () => megabytes)]
  const bomb = Buffer.concat([...frames, gzipSync(Buffer.alloc(1_024))])
  await expect(restore(host, from(bomb), target, { limits: { maxRatio: 100 } })).rejects.toMatchObject({
    code: 'archive-unsafe',
    message: expect.stringMatching(/more than 100 times/),
  })
  await restore(host, from(bomb), target)
  expect(mustSucceed(await host.exec(['stat', '-c', '%s', path.join(target, 'zeros')])).stdout).toBe(
    `${size}\n`,
  )
})

test('a hundred thousand entries come back', { timeout: 180_000 }, async () => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  const tree = path.join(scratch.path, 'tree')
  const make =
    'mkdir -p "$1" && cd "$1" && mkdir $(seq 100) && for d in $(seq 100); do (cd $d && touch $(seq 1000)); done'
  mustSucceed(await host.exec(['sh', '-c', make, 'sh', tree]))
  const made = await archive(host, tree)
  const manifest = await restore(host, made.stream, path.join(scratch.path, 'copy'))
  expect(manifest.entryCount).toBe(100_101)
  await writeFile(path.join(tree, '50', '500'), 'changed')
  const next = await archive(host, tree, { base: made.manifest })
  // The root, the directory and the file.
  expect(next.entryCount).toBe(3)
})

test('a restorer that is killed leaves what was there, and its private directory goes', async () => {
  await using scratch = await privateDirectory()
  const target = path.join(scratch.path, 'target')
  await mkdir(target)
  await writeFile(path.join(target, 'old'), 'old')
  const tar = makeTar([entry({ path: 'f', body: Buffer.alloc(100_000, 'x') })])
  const half = path.join(scratch.path, 'half')
  await writeFile(half, renderFrames(tar.subarray(0, 90_000), 'gzip'))
  const built = await buildForNode('src/index.ts', path.join(scratch.path, 'built'))
  const script = fileURLToPath(new URL('../fixtures/restorer.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, built, half, target], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect((await readdir(scratch.path)).length).toBe(4)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect.poll(() => readdir(scratch.path)).toEqual(['built', 'half', 'target'])
  expect(await readFile(path.join(target, 'old'), 'utf8')).toBe('old')
})
