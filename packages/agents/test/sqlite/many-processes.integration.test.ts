import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/sqlite/open-sqlite-store.ts'
import { loadSqlite } from '../../src/sqlite/sqlite-binding.ts'
import { openKeyDirectory } from '../../src/store/key-directory.ts'
import { contentOf } from '../../src/testing/store-contract-stage.ts'
import { raceForOneSeed, verifyAcknowledged } from '../store/many-processes.ts'
import { buildStoreProgram, type StoreProgram } from '../store/run-store-process.ts'

const OWNER = 'ada'
let program: StoreProgram

beforeAll(async () => {
  program = await buildStoreProgram()
})

afterAll(async () => {
  await program[Symbol.asyncDispose]()
})

async function place() {
  const directory = await privateDirectory()
  const where = {
    path: path.join(directory.path, 'store/store.sqlite'),
    keys: path.join(directory.path, 'keys'),
  }
  const open = () => openSqliteStore({ path: where.path, keys: openKeyDirectory({ path: where.keys }) })
  return { where, open, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

describe('eight processes on one file', () => {
  test('make it together, and one of them gets the lease, every time', async () => {
    await using scratch = await place()
    const racers = Array.from({ length: 8 }, (_, n) =>
      program.run(scratch.where, { do: 'race', holder: `racer ${n}` }),
    )
    await Promise.all(racers.map((racer) => racer.next()))
    await using store = await scratch.open()
    const winners = await raceForOneSeed(store, racers, 60)
    expect(winners).toHaveLength(60)
    expect(new Set(winners).size).toBeGreaterThan(1)
  })

  test('rotate one login without losing a revision', async () => {
    await using scratch = await place()
    await using store = await scratch.open()
    const content = [Buffer.from('revision 1')]
    const seed = await store.seeds.insert({
      owner: OWNER,
      name: 'one',
      agent: 'codex',
      pool: 'race',
      content,
    })
    const rotating = Array.from({ length: 8 }, (_, n) =>
      program.run(scratch.where, { do: 'rotate', holder: `holder ${n}`, times: 6 }),
    )
    const codes = await Promise.all(rotating.map(({ ended }) => ended))
    expect(codes).toEqual(Array(8).fill(0))
    const after = await store.seeds.get(seed)
    expect(after.revision).toBe(49)
    const { fence } = await claimed(store)
    expect(fence).toBe(49)
    expect((await contentOf(store, seed)).toString()).toMatch(/^revision 49 by holder \d$/)
  })

  test('make one key together', async () => {
    await using scratch = await place()
    const writers = Array.from({ length: 4 }, (_, n) =>
      program.run(scratch.where, { do: 'write', holder: `writer-${n}`, from: n * 1_000 }),
    )
    await Promise.all(writers.map((writer) => writer.next()))
    await Promise.all(writers.map((writer) => writer.kill()))
    await using store = await scratch.open()
    await verifyAcknowledged(
      store,
      writers.flatMap(({ said }) => said),
    )
    expect(await readdir(scratch.where.keys)).toEqual(['0001.key'])
  })

  test('lose nothing that was acknowledged to one that is killed, and show nothing half', async () => {
    await using scratch = await place()
    let from = 0
    for (let round = 0; round < 8; round += 1) {
      const writer = program.run(scratch.where, { do: 'write', holder: `writer-${round}`, from })
      // Each is killed at another step of its work.
      for (let lines = 0; lines < 3 + round; lines += 1) await writer.next()
      await new Promise((resolve) => setTimeout(resolve, round * 2))
      await writer.kill()
      await using store = await scratch.open()
      from = await verifyAcknowledged(store, writer.said)
    }
    expect(from).toBeGreaterThan(8)
    // After the grace, what the dead have begun is gone from the disk.
    const { DatabaseSync } = await loadSqlite()
    const db = new DatabaseSync(scratch.where.path)
    db.exec(`UPDATE blobs SET touched_at = 0 WHERE state <> 'attached'`)
    db.close()
    await using store = await scratch.open()
    const seeds = await store.seeds.list({ owner: OWNER })
    expect(await readdir(`${scratch.where.path}.blobs`)).toHaveLength(seeds.length)
  })
})

async function claimed(store: Awaited<ReturnType<typeof openSqliteStore>>) {
  const of = { pool: 'race' }
  const answer = await store.leases.acquire({
    owner: OWNER,
    of,
    holder: 'last',
    worker: 'w',
    leaseMs: 60_000,
  })
  if (answer.type !== 'leased') throw new Error('expected a free seed')
  return answer.lease
}
