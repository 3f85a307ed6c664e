import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { buildForNode } from './build-for-node.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'readme-'))
})
afterAll(async () => {
  await expectNoLeaks({ within: directory })
  await rm(directory, { recursive: true, force: true })
})

test('the example of the README runs', async () => {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  expect(example.trim().split('\n').length).toBeLessThan(15)
  const entry = path.join(directory, 'example.ts')
  const runnable = example
    .replace("'@x/host'", JSON.stringify(path.join(PACKAGE, 'src/index.ts')))
    .replaceAll('/srv', directory)
    .replace(/\['my-server'.*?\]/, "['sleep', '600']")
  await writeFile(entry, runnable)
  await mkdir(path.join(directory, 'run'))
  const built = await buildForNode(entry, directory)
  const ran = spawnSync(process.execPath, [built], { encoding: 'utf8', timeout: 50_000 })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  expect(await readFile(path.join(directory, 'run/version'), 'utf8')).toMatch(/^git version/)
})
