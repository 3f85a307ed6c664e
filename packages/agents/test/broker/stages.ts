import { openTokenEndpoint, type MongoFixture, type TokenEndpointFixture } from '@x/fixtures'
import { openBroker, type BrokerOptions } from '../../src/broker/open-broker.ts'
import type { Broker } from '../../src/broker/broker.ts'
import type { BrokerEvents } from '../../src/broker/broker-events.ts'
import type { SeedRecord } from '../../src/store/seed-record.ts'
import type { Store } from '../../src/store/store.ts'
import type { StoreStage } from '../../src/testing/store-contract-stage.ts'
import { openMongoStage } from '../mongo/mongo-stage.ts'
import { openSqliteStage } from '../sqlite/sqlite-stage.ts'
import { AGENT, insertLogin, OWNER, plainProvider } from './plain-provider.ts'

export type StageOpener = () => Promise<StoreStage>

export const sqliteStage: StageOpener = openSqliteStage
export const mongoStage =
  (server: () => MongoFixture): StageOpener =>
  () =>
    openMongoStage(server().url)

/** A login at an endpoint of its own, in a store, with as many brokers on it as one likes. */
export interface BrokerStage extends AsyncDisposable {
  readonly endpoint: TokenEndpointFixture
  readonly store: StoreStage
  readonly seed: SeedRecord
  readonly family: string
  readonly open: (options?: Partial<BrokerOptions>) => Promise<Broker>
  /** What any broker has told. */
  readonly told: readonly (readonly [name: keyof BrokerEvents, reason: string])[]
}

const NAMES = ['login-refreshed', 'login-dead', 'login-unknown', 'refresh-failed', 'save-delayed'] as const

/** @param accessMs how long access tokens live */
export async function openBrokerStage(openStore: StageOpener, accessMs = 3_600_000): Promise<BrokerStage> {
  const endpoint = await openTokenEndpoint({ accessMs })
  const store = await openStore()
  const login = endpoint.login()
  const seed = await insertLogin(store.store, login)
  const brokers: Broker[] = []
  const told: [keyof BrokerEvents, string][] = []
  return {
    endpoint,
    store,
    seed,
    family: login.family,
    told,
    async open(options = {}) {
      const given: Store = await store.openAgain()
      const providers = { [AGENT]: plainProvider(endpoint.url) }
      const broker = await openBroker({ store: given, providers, freshMs: 0, closeMs: 2_000, ...options })
      for (const name of NAMES)
        broker.on(name, (event) => told.push([name, 'reason' in event ? event.reason : '']))
      brokers.push(broker)
      return broker
    },
    async [Symbol.asyncDispose]() {
      for (const broker of brokers) await broker.close()
      await store[Symbol.asyncDispose]()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}

export const sessionOf = (seed: SeedRecord, session = 's1') => ({
  owner: OWNER,
  seedId: seed.seedId,
  session,
})

export interface Granted {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Partial<Record<'access_token' | 'refresh_token' | 'id_token' | 'error', string>>>
}

/** Refreshes as Codex does. */
export async function ask({ url }: { readonly url: string }, handle: string): Promise<Granted> {
  const body = JSON.stringify({ client_id: 'app', grant_type: 'refresh_token', refresh_token: handle })
  return post(url, body)
}

export async function post(url: string, body: string, type = 'application/json'): Promise<Granted> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text) as Granted['body'],
  }
}
