import { expect } from 'vitest'
import { SEEN_MS, WAITER_MS } from '../store/lease.ts'
import type { Store } from '../store/store.ts'
import {
  inTurn,
  contentOf,
  insertSeed,
  OWNER,
  refused,
  take,
  type StoreCase,
} from './store-contract-stage.ts'

const wait = (store: Store, holder: string, queue: true | string = true) =>
  store.leases.acquire({ owner: OWNER, of: { pool: 'team' }, holder, worker: 'w', leaseMs: 60_000, queue })

async function ticketOf(store: Store, holder: string): Promise<string> {
  const answer = await wait(store, holder)
  if (answer.type !== 'waiting') throw new Error('expected to wait')
  return answer.ticket
}

/** Who holds what, and what happens when a holder dies. */
export function leaseContract(scenario: StoreCase): void {
  scenario('hands out what was not used for the longest time', async ({ store, backdate }) => {
    const seeds = [await insertSeed(store), await insertSeed(store), await insertSeed(store)]
    const order: string[] = []
    for (let round = 0; round < 6; round += 1) {
      const lease = await take(store, `run ${round}`)
      order.push(lease.seedId)
      await store.leases.release(lease)
      await backdate(1_000)
    }
    expect(new Set(order.slice(0, 3))).toEqual(new Set(seeds.map(({ seedId }) => seedId)))
    expect(order.slice(3)).toEqual(order.slice(0, 3))
  })

  scenario('hands out neither dead nor deleted ones, nor those of others', async ({ store }) => {
    const dead = await insertSeed(store)
    await store.seeds.change(dead, { status: 'dead' })
    await store.seeds.delete(await insertSeed(store))
    await insertSeed(store, { pool: 'other' })
    await insertSeed(store, { owner: 'bob' })
    const homeless = await insertSeed(store)
    await store.seeds.change(homeless, { pool: null })
    const claim = { owner: OWNER, of: { pool: 'team' }, holder: 'h', worker: 'w', leaseMs: 1_000 }
    expect(await store.leases.acquire(claim)).toEqual({
      type: 'unavailable',
      seeds: { free: 0, held: 0, quarantined: 0, dead: 1 },
    })
    await store.seeds.change(dead, { status: 'alive' })
    expect(await take(store, 'h')).toMatchObject({ seedId: dead.seedId })
    const byId = { ...claim, of: { seedId: homeless.seedId } }
    expect(await store.leases.acquire(byId)).toMatchObject({ lease: { seedId: homeless.seedId } })
    expect(await store.leases.acquire(byId)).toMatchObject({ type: 'unavailable', seeds: { held: 1 } })
    await refused(store.leases.acquire({ ...claim, of: { seedId: 'unknown' } }), 'not-found')
  })

  scenario('gives no seed to two of many who want one', async ({ store, openAgain }) => {
    for (let n = 0; n < 4; n += 1) await insertSeed(store)
    const stores = [store, await openAgain()]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        inTurn(stores, n).leases.acquire({
          owner: OWNER,
          of: { pool: 'team' },
          holder: `run ${n}`,
          worker: 'w',
          leaseMs: 60_000,
        }),
      ),
    )
    const leased = answers.flatMap((answer) => (answer.type === 'leased' ? [answer.lease.seedId] : []))
    expect(leased).toHaveLength(4)
    expect(new Set(leased).size).toBe(4)
  })

  scenario('says who holds what, since when, and where', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    await insertSeed(store)
    const lease = await take(store, 'run 1', 10_000)
    const now = await store.now()
    expect(lease).toMatchObject({ state: 'held', fence: 1, holder: 'run 1', worker: 'host of run 1' })
    expect(lease.expiresAt - lease.renewedAt).toBe(10_000)
    expect(Math.abs(lease.since - now)).toBeLessThan(5_000)
    expect(await store.leases.list({ owner: OWNER })).toEqual([lease])
    expect((await store.seeds.get(lease)).lease).toEqual(lease)
    expect((await store.seeds.get(lease)).leasedAt).toBe(lease.since)
    await backdate(5_000)
    const renewed = await store.leases.renew(lease, { leaseMs: 20_000 })
    expect(renewed.since).toBe(lease.since - 5_000)
    expect(renewed.expiresAt - renewed.renewedAt).toBe(20_000)
    expect(await store.leases.list({ owner: OWNER, state: 'quarantined' })).toEqual([])
    expect(await store.leases.list({ owner: OWNER, pool: 'other' })).toEqual([])
    expect(seed.lease).toBeUndefined()
  })

  scenario('releases once, and never what another holds', async ({ store }) => {
    await insertSeed(store)
    const first = await take(store, 'a')
    expect(await store.leases.release(first)).toBe(true)
    expect(await store.leases.release(first)).toBe(false)
    await refused(store.leases.renew(first), 'lease-lost')
    const second = await take(store, 'b')
    expect(second.fence).toBe(first.fence + 1)
    expect(await store.leases.release(first)).toBe(false)
    expect(await store.leases.list({ owner: OWNER })).toEqual([second])
  })

  scenario('quarantines what has expired', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    const lease = await take(store, 'a', 1_000)
    await backdate(2_000)
    expect(await store.leases.list({ owner: OWNER, state: 'quarantined' })).toMatchObject([{ fence: 1 }])
    expect(await wait(store, 'b')).toMatchObject({ type: 'waiting', seeds: { quarantined: 1, held: 0 } })
    await refused(store.seeds.delete(seed), 'leased')
    // What its holder has may be the only valid token.
    const late = { content: [Buffer.from('late')], revision: 1, fence: lease.fence }
    expect(await store.seeds.replace(seed, late)).toMatchObject({ revision: 2 })
    expect(await store.leases.renew(lease)).toMatchObject({ state: 'held', fence: 1 })
  })

  scenario('lets one reconciler take over, and the old holder write no more', async (stage) => {
    const { store, openAgain, backdate } = stage
    const seed = await insertSeed(store)
    const lease = await take(store, 'a', 1_000)
    const takeover = (n: number) => ({ ...lease, holder: `reconciler ${n}`, worker: 'w', leaseMs: 5_000 })
    await refused(store.leases.takeOver(takeover(0)), 'leased')
    await backdate(2_000)
    const stores = [store, await openAgain()]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => inTurn(stores, n).leases.takeOver(takeover(n))),
    )
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(won).toHaveLength(1)
    expect(won[0]).toMatchObject({ state: 'held', fence: lease.fence + 1 })
    const codes = outcomes.flatMap((o) =>
      o.status === 'rejected' ? [(o.reason as { code: string }).code] : [],
    )
    expect(codes).toEqual(Array(7).fill('lease-lost'))
    await refused(store.leases.renew(lease), 'lease-lost')
    const content = [Buffer.from('late')]
    await refused(store.seeds.replace(seed, { content, revision: 1, fence: lease.fence }), 'lease-lost')
    expect((await contentOf(store, seed)).toString()).toBe('a login')
    expect(await store.leases.release(inTurn(won, 0))).toBe(true)
    expect((await take(store, 'b')).fence).toBe(lease.fence + 2)
  })

  scenario('hands over what has expired by its own clock', async ({ store }) => {
    await insertSeed(store)
    const claimed = await take(store, 'a', 1)
    const lease = await store.leases.renew(claimed)
    while ((await store.now()) <= lease.expiresAt);
    const takeover = { ...lease, holder: 'reconciler', worker: 'w', leaseMs: 5_000 }
    expect(await store.leases.takeOver(takeover)).toMatchObject({ state: 'held', fence: lease.fence + 1 })
  })

  scenario('takes from a living holder only what a person revokes', async ({ store }) => {
    await insertSeed(store)
    const lease = await take(store, 'a')
    const takeover = { ...lease, holder: 'operator', worker: 'w', leaseMs: 5_000 }
    await refused(store.leases.takeOver(takeover), 'leased')
    expect(await store.leases.takeOver({ ...takeover, revoke: true })).toMatchObject({ holder: 'operator' })
    await refused(store.leases.renew(lease), 'lease-lost')
    await refused(store.leases.takeOver({ ...takeover, revoke: true }), 'lease-lost')
  })

  scenario('serves those who wait in their order', async ({ store, openAgain }) => {
    const again = await openAgain()
    await insertSeed(store)
    await insertSeed(store)
    const [one, two] = [await take(store, 'a'), await take(store, 'b')]
    const first = await ticketOf(store, 'first')
    const second = await ticketOf(again, 'second')
    expect(await wait(store, 'third')).toMatchObject({ type: 'waiting', place: 3, seeds: { held: 2 } })
    expect(await wait(again, 'second', second)).toMatchObject({ type: 'waiting', place: 2, ticket: second })
    await store.leases.release(one)
    await expect(take(store, 'nobody goes before')).rejects.toThrow('unavailable')
    expect(await wait(again, 'second', second)).toMatchObject({ type: 'waiting', place: 2 })
    expect(await wait(store, 'first', first)).toMatchObject({ type: 'leased', lease: { holder: 'first' } })
    expect(await wait(again, 'second', second)).toMatchObject({ type: 'waiting', place: 1 })
    await store.leases.release(two)
    expect(await wait(again, 'second', second)).toMatchObject({ type: 'leased', lease: { holder: 'second' } })
  })

  scenario('waits for nobody who has left or died', async ({ store, backdate }) => {
    await insertSeed(store)
    const lease = await take(store, 'a')
    const leaving = await ticketOf(store, 'leaving')
    const gone = await ticketOf(store, 'gone')
    const patient = await ticketOf(store, 'patient')
    await store.leases.leave({ owner: OWNER, ticket: leaving })
    await store.leases.leave({ owner: OWNER, ticket: leaving })
    expect(await wait(store, 'patient', patient)).toMatchObject({ place: 2 })
    await backdate(WAITER_MS / 2)
    await wait(store, 'patient', patient)
    await backdate(WAITER_MS / 2 + SEEN_MS + 1_000)
    expect(await wait(store, 'patient', patient)).toMatchObject({ place: 1 })
    await store.leases.release(lease)
    expect(await wait(store, 'gone', gone)).toMatchObject({ type: 'waiting', place: 2 })
    expect(await wait(store, 'patient', patient)).toMatchObject({ type: 'leased' })
  })
}
