import { randomBytes } from 'node:crypto'
import { openMongoServer, privateDirectory, type MongoFixture } from '@x/fixtures'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMongoStore } from '../../src/mongo/open-mongo-store.ts'
import { openKeyDirectory } from '../../src/store/key-directory.ts'
import { GRACE_MS } from '../../src/store/store.ts'
import { raceForOneSeed, verifyAcknowledged } from '../store/many-processes.ts'
import { buildStoreProgram, type StoreProgram } from '../store/run-store-process.ts'

const OWNER = 'ada'
let server: MongoFixture
let program: StoreProgram

beforeAll(async () => {
  server = await openMongoServer()
  program = await buildStoreProgram()
})

afterAll(async () => {
  await program[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function place() {
  const directory = await privateDirectory()
  const database = `x-many-${randomBytes(6).toString('hex')}`
  const keys = directory.path
  return {
    where: () => ({ url: server.url, database, keys }),
    open: () => openMongoStore({ url: server.url, database, keys: openKeyDirectory({ path: keys }) }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

describe('many processes on one server', () => {
  test('get the lease one at a time', async () => {
    await using scratch = await place()
    const racers = Array.from({ length: 8 }, (_, n) =>
      program.run(scratch.where(), { do: 'race', holder: `racer ${n}` }),
    )
    await Promise.all(racers.map((racer) => racer.next()))
    await using store = await scratch.open()
    expect(await raceForOneSeed(store, racers, 25)).toHaveLength(25)
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
    const rotating = Array.from({ length: 4 }, (_, n) =>
      program.run(scratch.where(), { do: 'rotate', holder: `holder ${n}`, times: 6 }),
    )
    expect(await Promise.all(rotating.map(({ ended }) => ended))).toEqual(Array(4).fill(0))
    expect(await store.seeds.get(seed)).toMatchObject({ revision: 25 })
    expect(await store.leases.list({ owner: OWNER })).toEqual([])
  })

  test('lose nothing that was acknowledged when writer and server are killed', async () => {
    await using scratch = await place()
    let from = 0
    for (let round = 0; round < 3; round += 1) {
      const writer = program.run(scratch.where(), { do: 'write', holder: `writer-${round}`, from })
      for (let lines = 0; lines < 4 + round; lines += 1) await writer.next()
      await writer.kill()
      await server.killAndRestart()
      await using store = await scratch.open()
      from = await verifyAcknowledged(store, writer.said)
    }
    await expectNothingLeft(scratch)
  })
})

/** After the grace, what the dead have begun is gone from the server. */
async function expectNothingLeft(scratch: Awaited<ReturnType<typeof place>>): Promise<void> {
  const { url, database } = scratch.where()
  const client = await new MongoClient(url).connect()
  try {
    const blobs = client.db(database).collection('blobs')
    await blobs.updateMany({}, { $set: { touchedAt: new Date(Date.now() - GRACE_MS - 60_000) } })
    await using store = await scratch.open()
    await store.sweep()
    const seeds = await store.seeds.list({ owner: OWNER })
    expect(await blobs.countDocuments()).toBe(seeds.length)
    const pieces = await client.db(database).collection('blob_pieces').distinct('blobId')
    expect(pieces).toHaveLength(seeds.length)
  } finally {
    await client.close()
  }
}
