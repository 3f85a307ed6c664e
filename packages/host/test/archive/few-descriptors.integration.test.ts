import { execFileSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { renderFrames } from '../../src/archive/compression.ts'
import { buildForNode } from '../build-for-node.ts'

const LENGTH = 300_000

test('when there are no descriptors left for zstd the failure is told, and none is lost', async () => {
  await using scratch = await privateDirectory()
  const built = await buildForNode('src/archive/decompress.ts', path.join(scratch.path, 'built'))
  const file = path.join(scratch.path, 'file')
  await writeFile(file, renderFrames(Buffer.alloc(LENGTH, 'x'), 'zstd'))
  const temporary = path.join(scratch.path, 'tmp')
  await mkdir(temporary)
  const script = fileURLToPath(new URL('../fixtures/few-descriptors.mjs', import.meta.url))
  const argv = ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, script, built, file]
  const env = { ...process.env, TMPDIR: temporary }
  const said = execFileSync('sh', argv, { encoding: 'utf8', env, stdio: 'pipe' })
  const { endings, leaked } = JSON.parse(said) as { endings: readonly (number | string)[]; leaked: number }
  expect(leaked).toBe(0)
  const none = Array.from({ length: 6 }, () => 'HostError spawn-failed')
  expect(endings).toEqual([LENGTH, ...none, LENGTH])
  expect(await readdir(temporary)).toEqual([])
})
