import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/sqlite/open-sqlite-store.ts'
import { loadSqlite } from '../../src/sqlite/sqlite-binding.ts'
import { openKeyDirectory } from '../../src/store/key-directory.ts'
import { contentOf, insertSeed, noise, refused, take } from '../../src/testing/store-contract-stage.ts'
import { openSqliteStage } from './sqlite-stage.ts'

describe('opening a SQLite store', () => {
  test('makes file, log, content and directories for this account only', async () => {
    await using scratch = await privateDirectory()
    const file = path.join(scratch.path, 'deep', 'store.sqlite')
    const keys = openKeyDirectory({ path: path.join(scratch.path, 'keys') })
    await using store = await openSqliteStore({ path: file, keys })
    await insertSeed(store)
    const names = await readdir(path.dirname(file))
    expect(names.sort()).toEqual([
      'store.sqlite',
      'store.sqlite-shm',
      'store.sqlite-wal',
      'store.sqlite.blobs',
    ])
    for (const name of names) expect((await stat(path.join(path.dirname(file), name))).mode & 0o077).toBe(0)
    const [blob] = await readdir(`${file}.blobs`)
    expect((await stat(path.join(`${file}.blobs`, blob ?? ''))).mode & 0o777).toBe(0o600)
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
  })

  test('writes no content and no key into what it keeps', async () => {
    await using stage = await openSqliteStage()
    await insertSeed(stage.store, { content: [Buffer.from('a very secret refresh token')] })
    const { key } = await stage.keys.current()
    const directory = path.dirname(stage.file)
    for (const name of await readdir(directory, { recursive: true })) {
      const bytes = await readFile(path.join(directory, name)).catch(() => Buffer.alloc(0))
      expect(bytes.includes('secret')).toBe(false)
      expect(bytes.includes(Buffer.from(key))).toBe(false)
    }
  })

  test('refuses what is something else, and leaves it as it was', async () => {
    await using scratch = await privateDirectory()
    const keys = openKeyDirectory({ path: path.join(scratch.path, 'keys') })
    const text = path.join(scratch.path, 'state', 'text')
    await mkdir(path.dirname(text))
    await writeFile(text, 'not a database, but somebody’s notes\n'.repeat(50))
    await refused(openSqliteStore({ path: text, keys }), 'not-a-store')
    expect(await readFile(text, 'utf8')).toMatch(/^not a database/)
    const foreign = path.join(scratch.path, 'state', 'foreign')
    const { DatabaseSync } = await loadSqlite()
    const db = new DatabaseSync(foreign)
    db.exec('CREATE TABLE theirs (id TEXT)')
    db.close()
    const before = await readFile(foreign)
    await refused(openSqliteStore({ path: foreign, keys }), 'not-a-store')
    expect(before.equals(await readFile(foreign))).toBe(true)
    expect((await readdir(path.dirname(foreign))).sort()).toEqual(['foreign', 'text'])
    await mkdir(path.join(scratch.path, 'state', 'directory'))
    await refused(
      openSqliteStore({ path: path.join(scratch.path, 'state', 'directory'), keys }),
      'unwritable',
    )
    await expect(openSqliteStore({ path: 'store.sqlite', keys })).rejects.toThrow(TypeError)
  })

  test('refuses keys beside or below the store', async () => {
    await using scratch = await privateDirectory()
    const file = path.join(scratch.path, 'store.sqlite')
    for (const place of [scratch.path, path.join(scratch.path, 'keys')])
      await refused(openSqliteStore({ path: file, keys: openKeyDirectory({ path: place }) }), 'unsafe-key')
    expect(await readdir(scratch.path)).toEqual([])
  })

  test('makes no new key in place of a lost one', async () => {
    await using scratch = await privateDirectory()
    const directory = path.join(scratch.path, 'keys')
    const options = {
      path: path.join(scratch.path, 'state', 's'),
      keys: openKeyDirectory({ path: directory }),
    }
    const first = await openSqliteStore(options)
    const seed = await insertSeed(first)
    await first.close()
    const key = await readFile(path.join(directory, '0001.key'))
    await rm(directory, { recursive: true })
    await refused(openSqliteStore(options), 'wrong-key')
    await expect(stat(directory)).rejects.toMatchObject({ code: 'ENOENT' })
    await mkdir(directory, { mode: 0o700 })
    await writeFile(path.join(directory, '0001.key'), key, { mode: 0o600 })
    await using again = await openSqliteStore(options)
    expect((await contentOf(again, seed)).toString()).toBe('a login')
  })
})

describe('a SQLite store', () => {
  test('waits for other processes without keeping this one, and says so when it was too long', async () => {
    await using stage = await openSqliteStage()
    const impatient = await openSqliteStore({ path: stage.file, keys: stage.keys, busyMs: 400 })
    const seed = await insertSeed(impatient)
    const { DatabaseSync } = await loadSqlite()
    const other = new DatabaseSync(stage.file)
    let ticks = 0
    const ticking = setInterval(() => (ticks += 1), 5)
    try {
      other.exec('BEGIN IMMEDIATE')
      await refused(impatient.seeds.change(seed, { name: 'never' }), 'busy')
      expect(ticks).toBeGreaterThan(0)
      expect(await impatient.seeds.get(seed)).toMatchObject({ name: 'work' })
      const waiting = impatient.seeds.change(seed, { name: 'late' })
      other.exec('ROLLBACK')
      expect(await waiting).toMatchObject({ name: 'late' })
    } finally {
      clearInterval(ticking)
      other.close()
      await impatient.close()
    }
  })

  test('says when content is missing, and removes files that nothing speaks of', async () => {
    await using stage = await openSqliteStage()
    const seed = await insertSeed(stage.store)
    const blobs = `${stage.file}.blobs`
    await writeFile(path.join(blobs, 'rubbish'), '')
    expect(await stage.store.sweep()).toMatchObject({ blobs: 1 })
    const [name] = await readdir(blobs)
    await rm(path.join(blobs, name ?? ''))
    await refused(stage.store.seeds.read(seed), 'corrupt')
    expect(await stage.store.seeds.get(seed)).toMatchObject({ revision: 1 })
  })

  test('holds nothing open for content that is not read', async () => {
    await using stage = await openSqliteStage()
    const seed = await insertSeed(stage.store, { content: noise(3_000_000) })
    const { fence } = await take(stage.store, 'a')
    const late = await stage.store.seeds.read(seed)
    for await (const _ of (await stage.store.seeds.read(seed)).content) break
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    expect(links.filter((link) => link.includes('.blobs/'))).toEqual([])
    await stage.store.seeds.replace(seed, { content: [], revision: 1, fence })
    const reading = (async () => {
      for await (const _ of late.content) throw new Error('expected nothing to read')
    })()
    await refused(reading, 'conflict')
  })

  test('goes on reading what was opened while it is replaced', async () => {
    await using stage = await openSqliteStage()
    const seed = await insertSeed(stage.store, { content: noise(3_000_000) })
    const { fence } = await take(stage.store, 'a')
    const { content } = await stage.store.seeds.read(seed)
    const chunks: Uint8Array[] = []
    for await (const chunk of content) {
      if (chunks.push(chunk) === 1) await stage.store.seeds.replace(seed, { content: [], revision: 1, fence })
    }
    expect(Buffer.concat([...noise(3_000_000)]).equals(Buffer.concat(chunks))).toBe(true)
  })
})
