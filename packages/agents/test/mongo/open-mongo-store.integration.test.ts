import { createServer, type AddressInfo } from 'node:net'
import { openMongoServer, type MongoFixture } from '@x/fixtures'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMongoStore } from '../../src/mongo/open-mongo-store.ts'
import { insertSeed, refused, StageKeys } from '../../src/testing/store-contract-stage.ts'

let server: MongoFixture

beforeAll(async () => {
  server = await openMongoServer()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describe('opening a MongoDB store', () => {
  test('makes the new database together with others', async () => {
    const options = { url: `${server.url}/x-open-1`, keys: new StageKeys() }
    const stores = await Promise.all(Array.from({ length: 4 }, () => openMongoStore(options)))
    const [first] = stores
    if (!first) throw new Error('expected a store')
    const seed = await insertSeed(first)
    for (const store of stores) {
      expect(await store.seeds.get(seed)).toEqual(seed)
      await store.close()
    }
    const client = await new MongoClient(options.url).connect()
    const databases = await client.db().admin().listDatabases()
    expect(databases.databases.map(({ name }) => name)).toContain('x-open-1')
    const indexes = await client.db().collection('seeds').indexes()
    expect(indexes.map(({ name }) => name)).toContain('owner_1_pool_1_leasedAt_1')
    await client.close()
  })

  test('says that nobody answers, without the credentials', async () => {
    const placeholder = createServer()
    await new Promise<void>((resolve) => placeholder.listen(0, '127.0.0.1', resolve))
    const { port } = placeholder.address() as AddressInfo
    await new Promise((resolve) => placeholder.close(resolve))
    const url = `mongodb://ada:hunter2@127.0.0.1:${port}/x`
    const opening = openMongoStore({ url, keys: new StageKeys(), connectMs: 300 })
    await refused(opening, 'unreachable')
    await expect(opening).rejects.not.toThrow(/hunter2/)
    const wrong = openMongoStore({ url: 'postgres://ada:hunter2@localhost/x', keys: new StageKeys() })
    await expect(wrong).rejects.toThrow(TypeError)
    await expect(wrong).rejects.not.toThrow(/hunter2/)
  })

  test('says that the server has gone', async () => {
    const own = await openMongoServer()
    const store = await openMongoStore({ url: own.url, keys: new StageKeys(), connectMs: 500 })
    try {
      const seed = await insertSeed(store)
      await own[Symbol.asyncDispose]()
      await refused(store.seeds.get(seed), 'unreachable')
      await refused(insertSeed(store), 'unreachable')
    } finally {
      await store.close()
    }
  })
})
