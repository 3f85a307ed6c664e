import { describe, expect, test } from 'vitest'
import type { BrokerStore } from '../../src/broker/broker-context.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { inTurn } from '../../src/testing/store-contract-stage.ts'
import { bundleOf, storedToken } from './plain-provider.ts'
import { ask, openBrokerStage, sessionOf, type BrokerStage, type StageOpener } from './stages.ts'

/** Ends the lock of whoever has died; longer than any lock that is used here. */
const OVER_MS = 200_000

/** What the broker promises, on any store. */
export function describeBroker(name: string, openStore: StageOpener): void {
  const scenario = (title: string, body: (stage: BrokerStage) => Promise<void>, accessMs?: number): void => {
    test(title, async () => {
      await using stage = await openBrokerStage(openStore, accessMs)
      await body(stage)
    })
  }

  describe(`a broker on ${name}`, () => {
    scenario('gives fresh tokens for a handle, and the same handle back', async (stage) => {
      const { endpoint, seed, store, family } = stage
      const broker = await stage.open()
      const { handle, accessToken } = await broker.issue(sessionOf(seed))
      expect(endpoint.commitsOf(family)).toBe(0)
      const answer = await ask(broker, handle)
      expect(answer).toMatchObject({ status: 200, body: { refresh_token: handle } })
      expect(answer.body.access_token).not.toBe(accessToken)
      expect(endpoint.commitsOf(family)).toBe(1)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await storedToken(store.store, seed)).toBe(endpoint.newestOf(family))
      expect(answer.text).not.toContain(endpoint.newestOf(family))
      expect(await broker.sessions(seed)).toEqual(['s1'])
    })

    scenario('refreshes once for all sessions of all brokers', async (stage) => {
      const { endpoint, seed, family } = stage
      const brokers = await Promise.all([stage.open(), stage.open(), stage.open()])
      const grants = await Promise.all(
        Array.from({ length: 9 }, async (_, n) => {
          const broker = inTurn(brokers, n)
          return { broker, handle: (await broker.issue(sessionOf(seed, `s${n}`))).handle }
        }),
      )
      for (let round = 1; round <= 3; round += 1) {
        const answers = await Promise.all(grants.map(({ broker, handle }) => ask(broker, handle)))
        expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1)
        expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200))
        expect(endpoint.commitsOf(family)).toBe(round)
      }
      expect(endpoint.ledger.every(({ outcome }) => outcome === 'committed')).toBe(true)
    })

    scenario('hands out what is good without asking the provider', async (stage) => {
      const { endpoint, seed } = stage
      const [one, other] = [await stage.open(), await stage.open({ freshMs: 60_000 })]
      const { handle } = await one.issue(sessionOf(seed))
      const first = await ask(one, handle)
      const second = await ask(other, handle) // another broker, as after a restart
      const third = await ask(other, handle)
      expect([second.body, third.body]).toEqual(
        [first.body, first.body].map((body) => ({ ...body, expires_in: expect.anything() })),
      )
      expect(endpoint.ledger).toHaveLength(1)
    })

    scenario(
      'renews what is about to expire before it gives it to anybody',
      async (stage) => {
        const broker = await stage.open({ marginMs: 60_000 })
        await broker.issue(sessionOf(stage.seed))
        expect(stage.endpoint.commitsOf(stage.family)).toBe(1)
      },
      30_000,
    )

    scenario(
      'renews ahead of time while a session uses it',
      async (stage) => {
        const broker = await stage.open({ marginMs: 0, aheadShare: 0.5 })
        const arriving = stage.endpoint.nextRequest()
        await broker.issue(sessionOf(stage.seed))
        await arriving
        await expect.poll(() => stage.told).toContainEqual(['login-refreshed', ''])
      },
      4_000,
    )

    scenario('learns nothing about a login from a busy provider', async (stage) => {
      const { endpoint, seed, store } = stage
      const broker = await stage.open()
      const { handle } = await broker.issue(sessionOf(seed))
      for (const status of [429, 500]) {
        endpoint.plan({ kind: 'status', status, retryAfter: 30 })
        const refused = await ask(broker, handle)
        expect(refused.status).toBe(503)
        expect(refused.headers.get('retry-after')).not.toBeNull()
        const found = await store.store.seeds.get(seed)
        expect(found).toMatchObject({
          status: 'alive',
          refresh: { state: 'idle', reason: `status ${status}` },
        })
        const asked = endpoint.ledger.length
        expect((await ask(broker, handle)).status).toBe(503) // not before its time
        expect(endpoint.ledger).toHaveLength(asked)
        await store.backdate(31_000)
      }
      expect((await ask(broker, handle)).status).toBe(200)
      expect(stage.told.map(([told]) => told)).toEqual([
        'refresh-failed',
        'refresh-failed',
        'login-refreshed',
      ])
    })

    scenario('says that it may have happened when the provider has failed on the way', async (stage) => {
      const { endpoint, seed, store } = stage
      const broker = await stage.open()
      const { handle } = await broker.issue(sessionOf(seed))
      endpoint.plan({ kind: 'status', status: 502 })
      expect((await ask(broker, handle)).status).toBe(503)
      expect(await store.store.seeds.get(seed)).toMatchObject({
        status: 'alive',
        refresh: { state: 'idle', reason: 'it may have happened: status 502' },
      })
      await store.backdate(31_000)
      // The session needs a token: what it has was refused.
      expect((await ask(broker, handle)).status).toBe(200)
      expect((await store.store.seeds.get(seed)).refresh).not.toHaveProperty('reason')
    })

    scenario('learns nothing from a provider that is not there', async (stage) => {
      const { endpoint, seed, store } = stage
      const broker = await stage.open()
      const { handle } = await broker.issue(sessionOf(seed))
      await endpoint[Symbol.asyncDispose]()
      expect((await ask(broker, handle)).status).toBe(503)
      const { refresh } = await store.store.seeds.get(seed)
      expect(refresh).toMatchObject({ state: 'idle', reason: 'no connection (ECONNREFUSED)' })
    })

    scenario('retires a login that was refused for good', async (stage) => {
      const { endpoint, seed, store } = stage
      const broker = await stage.open()
      const { handle } = await broker.issue(sessionOf(seed))
      const { refreshToken } = endpoint.login()
      const spent = await storedToken(store.store, seed)
      await fetch(endpoint.url, { method: 'POST', body: new URLSearchParams({ refresh_token: spent }) })
      expect(refreshToken).toBeDefined()
      expect((await ask(broker, handle)).status).toBe(401)
      const found = await store.store.seeds.get(seed)
      expect(found).toMatchObject({
        status: 'dead',
        refresh: { state: 'dead', reason: 'refresh_token_reused' },
      })
      expect(stage.told).toEqual([['login-dead', 'refresh_token_reused']])
      const asked = endpoint.ledger.length
      expect((await ask(broker, handle)).status).toBe(401)
      await expect(broker.tokens(seed, { force: true })).rejects.toMatchObject({
        code: 'login-dead',
        remedy: 'log in again',
      })
      expect(endpoint.ledger).toHaveLength(asked)
    })

    for (const fault of [
      { kind: 'cut', when: 'after' },
      { kind: 'cut', when: 'before' },
      { kind: 'garbage' },
      { kind: 'slow', when: 'after', ms: 600 },
    ] as const)
      scenario(
        `never tries again after ${JSON.stringify(fault)}, and goes on with a new login`,
        async (stage) => {
          const { endpoint, seed, store } = stage
          const brokers = [await stage.open({ exchangeMs: 200 }), await stage.open()]
          const [broker, other] = [inTurn(brokers, 0), inTurn(brokers, 1)]
          const { handle } = await broker.issue(sessionOf(seed))
          endpoint.plan(fault)
          expect((await ask(broker, handle)).status).toBe(503)
          expect((await store.store.seeds.get(seed)).refresh.state).toBe('unknown')
          expect(stage.told).toMatchObject([['login-unknown', expect.any(String)]])
          for (const one of brokers) {
            await expect(one.tokens(seed, { force: true })).rejects.toMatchObject({
              code: 'login-unknown',
              remedy: 'log in again',
            })
          }
          // What has not expired still serves sessions that do not hold it against us.
          expect(await other.issue(sessionOf(seed, 's2'))).toHaveProperty('accessToken')
          expect(endpoint.ledger).toHaveLength(1)
          const login = endpoint.login()
          const { revision } = await store.store.seeds.get(seed)
          await store.store.refreshes.replaceLogin(seed, { content: [bundleOf(login)], revision })
          expect((await ask(broker, handle)).body.access_token).toBe(login.accessToken)
          expect((await ask(other, handle)).status).toBe(200)
          expect(endpoint.ledger.filter(({ outcome }) => outcome === 'reused')).toEqual([])
        },
      )

    scenario(
      'keeps a new token that can’t be saved, lets nobody use it, and saves it later',
      async (stage) => {
        const { endpoint, seed, store } = stage
        const given = await store.openAgain()
        let isDown = true
        const refreshes: BrokerStore['refreshes'] = {
          ...given.refreshes,
          save: (held, options) =>
            isDown
              ? Promise.reject(new StoreError('unreachable', 'the store is down'))
              : given.refreshes.save(held, options),
        }
        const broker = await stage.open({ store: { ...given, refreshes }, waitMs: 300 })
        const { handle } = await broker.issue(sessionOf(seed))
        expect((await ask(broker, handle)).status).toBe(503)
        expect(endpoint.commitsOf(stage.family)).toBe(1)
        await store.backdate(OVER_MS)
        expect((await store.store.seeds.get(seed)).refresh.state).toBe('unknown')
        isDown = false
        await expect.poll(() => stage.told).toContainEqual(['login-refreshed', ''])
        expect(await storedToken(store.store, seed)).toBe(endpoint.newestOf(stage.family))
        expect((await store.store.seeds.get(seed)).refresh.state).toBe('idle')
        expect((await ask(broker, handle)).status).toBe(200)
      },
    )

    scenario('asks again when the store lost an answer on the way', async (stage) => {
      const { endpoint, seed, store } = stage
      const given = await store.openAgain()
      const lossy = <A extends unknown[], T>(operation: (...args: A) => Promise<T>) => {
        let calls = 0
        return async (...args: A): Promise<T> => {
          const result = await operation(...args)
          calls += 1
          if (calls % 2 === 1) throw new StoreError('unreachable', 'the answer was lost')
          return result
        }
      }
      const refreshes: BrokerStore['refreshes'] = {
        ...given.refreshes,
        claim: lossy(given.refreshes.claim),
        markSent: lossy(given.refreshes.markSent),
        save: lossy(given.refreshes.save),
      }
      const broker = await stage.open({ store: { ...given, refreshes } })
      const { handle } = await broker.issue(sessionOf(seed))
      for (let round = 1; round <= 3; round += 1) {
        expect((await ask(broker, handle)).status).toBe(200)
        expect(endpoint.commitsOf(stage.family)).toBe(round)
      }
      expect(await storedToken(store.store, seed)).toBe(endpoint.newestOf(stage.family))
    })

    scenario('leaves a login alone that a session holds', async (stage) => {
      const { seed, store, endpoint } = stage
      const broker = await stage.open()
      const { handle } = await broker.issue(sessionOf(seed))
      const { owner, seedId } = seed
      const claim = { owner, of: { seedId }, holder: 'planted', worker: 'w', leaseMs: 60_000 }
      const answer = await store.store.leases.acquire(claim)
      if (answer.type !== 'leased') throw new Error('expected the login to be free')
      expect((await ask(broker, handle)).status).toBe(503)
      await expect(broker.tokens(seed, { force: true })).rejects.toMatchObject({ code: 'login-leased' })
      await store.store.leases.release(answer.lease)
      expect((await ask(broker, handle)).status).toBe(200)
      expect(endpoint.ledger).toHaveLength(1)
    })

    scenario('knows no handle that has ended', async (stage) => {
      const { seed, store } = stage
      const broker = await stage.open({ handleMs: 60_000 })
      const [one, two] = [await broker.issue(sessionOf(seed)), await broker.issue(sessionOf(seed, 's2'))]
      expect(await broker.revoke({ owner: seed.owner, session: 's1' })).toBe(1)
      expect((await ask(broker, one.handle)).status).toBe(401)
      expect((await ask(broker, two.handle)).status).toBe(200)
      await store.backdate(40_000)
      expect(await broker.extend({ owner: seed.owner, session: 's2' })).toBe(1)
      await store.backdate(40_000)
      expect((await ask(broker, two.handle)).status).toBe(200)
      await store.backdate(20_000)
      expect((await ask(broker, two.handle)).status).toBe(401)
    })
  })
}
