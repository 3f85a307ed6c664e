import { openMongoServer, type MongoFixture } from '@x/fixtures'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeStoreContract } from '../../src/testing/store-contract.ts'
import { openMongoStage } from './mongo-stage.ts'

let server: MongoFixture

describe('a server of its own', () => {
  beforeAll(async () => {
    server = await openMongoServer()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  describeStoreContract('MongoStore', () => openMongoStage(server.url))
})

const given = process.env['MONGODB_URI']
if (given !== undefined && given !== '')
  describeStoreContract('MongoStore on the given server', () => openMongoStage(given))
