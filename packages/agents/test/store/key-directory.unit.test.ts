import { chmod, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openKeyDirectory } from '../../src/store/key-directory.ts'

let base: string
let directory: string

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'keys-'))
  directory = path.join(base, 'config', 'keys')
})

afterEach(async () => {
  await rm(base, { recursive: true })
})

describe('a key directory', () => {
  test('makes one key for all who ask first at the same time', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => openKeyDirectory({ path: directory }).current()),
    )
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1)
    expect(keys[0]?.key).toHaveLength(32)
    expect(await readdir(directory)).toEqual(['0001.key'])
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(path.join(directory, '0001.key'))).mode & 0o777).toBe(0o600)
  })

  test('touches nothing before a key is needed, and finds none that is not there', async () => {
    const keys = openKeyDirectory({ path: directory })
    expect(await keys.find('0001-abc')).toBeUndefined()
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('goes over to a new key and keeps the old', async () => {
    const keys = openKeyDirectory({ path: directory })
    const first = await keys.current()
    const second = await keys.rotate()
    expect(second.id).not.toBe(first.id)
    expect(await keys.current()).toEqual(second)
    expect(await keys.find(first.id)).toEqual(first)
    expect(await keys.find('9999-abc')).toBeUndefined()
    expect(await keys.find('any text')).toBeUndefined()
  })

  test('does not take a new key of the same number for a lost one', async () => {
    const keys = openKeyDirectory({ path: directory })
    const lost = await keys.current()
    await rename(path.join(directory, '0001.key'), path.join(base, 'elsewhere'))
    expect((await keys.current()).id).not.toBe(lost.id)
    expect(await keys.find(lost.id)).toBeUndefined()
  })

  test('refuses a key that others can read, and one that is none', async () => {
    const keys = openKeyDirectory({ path: directory })
    await keys.current()
    await chmod(path.join(directory, '0001.key'), 0o640)
    await expect(keys.current()).rejects.toMatchObject({ name: 'StoreError', code: 'unsafe-key' })
    await chmod(path.join(directory, '0001.key'), 0o600)
    await writeFile(path.join(directory, '0001.key'), 'short')
    await expect(keys.current()).rejects.toMatchObject({ code: 'corrupt' })
  })

  test('says where no key can be made', async () => {
    await symlink('/dev/null/nothing', path.join(base, 'config'))
    await expect(openKeyDirectory({ path: directory }).current()).rejects.toMatchObject({
      name: 'StoreError',
    })
    expect(() => openKeyDirectory({ path: 'keys' })).toThrow(TypeError)
  })
})
