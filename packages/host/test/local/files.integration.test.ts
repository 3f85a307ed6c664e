import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLocalHost } from '../../src/local/open-local-host.ts'

let directory: string
const at = (...names: readonly string[]): string => path.join(directory, ...names)

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'files-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('no descriptor stays open, whatever is refused or left', async () => {
  await using host = await openLocalHost()
  const { files } = host
  await mkdir(at('in/deep'), { recursive: true })
  await writeFile(at('in/file'), 'x'.repeat(1_000_000))
  await symlink('/etc', at('in/out'))
  const within = at('in')
  const count = async (): Promise<number> => (await readdir('/proc/self/fd')).length
  const before = await count()
  for (let n = 0; n < 20; n += 1) {
    await files.read(at('in/file'), { within })
    for await (const _piece of files.readStream(at('in/file'), { within })) break
    await files.write(at('in/new'), 'x', { within })
    await files.copyOut(at('in/file'), at('copy'), { within, skipUnchanged: false })
    await files.glob('**', { within })
    const failures = [
      files.read(at('in/out/passwd'), { within }),
      files.read(at('in/deep'), { within }),
      files.write(at('in/out/x'), 'x', { within }),
      files.write(at('in/deep'), 'x', { within }),
      files.remove(at('in/out/passwd'), { within }),
      files.copyIn(at('in/file'), at('in/out/x'), { within }),
      files.copyIn(at('in/file'), at('in/deep')),
    ]
    for (const { status } of await Promise.allSettled(failures)) expect(status).toBe('rejected')
    await files.remove(at('in/new'), { within })
  }
  expect(await count()).toBe(before)
})

test('a source that changes while it is copied is told, and leaves nothing', async () => {
  await using host = await openLocalHost()
  await writeFile(at('source'), Buffer.alloc(2_000_000, 'a'))
  await writeFile(at('target'), 'old')
  let n = 0
  const copy = host.files.copyIn(at('source'), at('target'), {
    onProgress: () => {
      writeFileSync(at('source'), Buffer.alloc(2_000_000, String((n += 1))))
    },
  })
  await expect(copy).rejects.toMatchObject({ name: 'HostError', code: 'io' })
  expect((await readdir(directory)).sort()).toEqual(['source', 'target'])
  expect(await host.files.readText(at('target'))).toBe('old')
})

test('what a listener to the progress throws ends the copy, as it is', async () => {
  await using host = await openLocalHost()
  await writeFile(at('source'), 'x')
  const reason = new Error('not interested')
  const copy = host.files.copyIn(at('source'), at('target'), {
    onProgress: () => {
      throw reason
    },
  })
  await expect(copy).rejects.toBe(reason)
})

test('a deep tree is removed within, by descriptors', async () => {
  await using host = await openLocalHost()
  const deep = Array.from({ length: 200 }, () => 'd').join('/')
  await mkdir(at('in', deep), { recursive: true })
  await writeFile(at('in', deep, 'file'), '')
  await symlink(directory, at('in', 'd', 'up'))
  await writeFile(at('kept'), '')
  await host.files.remove(at('in/d'), { within: at('in') })
  expect(await readdir(at('in'))).toEqual([])
  expect(await readdir(directory)).toContain('kept')
})
