import { openMongoServer, type MongoFixture } from '@x/fixtures'
import { afterAll, beforeAll } from 'vitest'
import { describeBroker } from './broker-suite.ts'
import { mongoStage } from './stages.ts'

let server: MongoFixture

beforeAll(async () => {
  server = await openMongoServer()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describeBroker(
  'MongoDB',
  mongoStage(() => server),
)
