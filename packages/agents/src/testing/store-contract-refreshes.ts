import { expect } from 'vitest'
import type { HeldRefresh, RefreshAnswer } from '../store/refresh.ts'
import type { SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import {
  contentOf,
  insertSeed,
  inTurn,
  OWNER,
  refused,
  take,
  type StoreCase,
} from './store-contract-stage.ts'

const LOCK_MS = 10_000

function claim(store: Store, seed: SeedRecord, holder = 'a'): Promise<RefreshAnswer> {
  const { owner, seedId, revision } = seed
  return store.refreshes.claim({ owner, seedId, revision, holder, lockMs: LOCK_MS })
}

async function claimed(store: Store, seed: SeedRecord, holder = 'a'): Promise<HeldRefresh> {
  const answer = await claim(store, seed, holder)
  if (answer.type !== 'claimed') throw new Error(`the claim was answered with ${JSON.stringify(answer)}`)
  return answer.held
}

async function sent(store: Store, seed: SeedRecord, holder = 'a'): Promise<HeldRefresh> {
  const held = await claimed(store, seed, holder)
  await store.refreshes.markSent(held)
  return held
}

const renewed = (text = 'renewed') => ({ content: [Buffer.from(text)] })

/** Who may renew the tokens of a login, and what is known of it when that one dies. */
export function refreshContract(scenario: StoreCase): void {
  scenario('lets one of many refresh a login', async ({ store, openAgain }) => {
    const seed = await insertSeed(store)
    const stores = [store, await openAgain()]
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => claim(inTurn(stores, n), seed, `broker ${n}`)),
    )
    expect(answers.filter(({ type }) => type === 'claimed')).toHaveLength(1)
    expect(answers.filter(({ type }) => type === 'busy')).toHaveLength(11)
    expect((await store.seeds.get(seed)).refresh).toMatchObject({ state: 'refreshing', fence: 1 })
  })

  scenario('saves new tokens once, under the number of the claim', async ({ store, countBlobs }) => {
    const seed = await insertSeed(store)
    expect(seed.refresh).toEqual({ state: 'idle', fence: 0 })
    const held = await claimed(store, seed)
    await refused(store.refreshes.save(held, renewed()), 'lease-lost') // before it was marked
    await store.refreshes.markSent(held)
    await store.refreshes.markSent(held)
    expect(await claim(store, seed, 'b')).toEqual({ type: 'busy' })
    const saved = await store.refreshes.save(held, renewed())
    expect(saved).toMatchObject({ revision: 2, refresh: { state: 'idle', fence: 1 } })
    expect(saved.refresh.refreshedAt).toBe(saved.savedAt)
    expect(await store.refreshes.save(held, renewed('other'))).toMatchObject({ revision: 2 })
    expect((await contentOf(store, seed)).toString()).toBe('renewed')
    expect(await claim(store, seed, 'b')).toEqual({ type: 'moved', revision: 2 })
    expect(await countBlobs()).toBe(1)
    const next = await sent(store, saved, 'b')
    expect(next.fence).toBe(2)
    await refused(store.refreshes.save(held, renewed()), 'lease-lost')
    await refused(store.refreshes.markSent(held), 'lease-lost')
    await refused(store.refreshes.settle(held, { type: 'dead', reason: 'late' }), 'lease-lost')
  })

  scenario('keeps the old tokens when the new ones cannot be read', async ({ store, countBlobs }) => {
    const held = await sent(store, await insertSeed(store))
    const failing = function* () {
      yield Buffer.from('half')
      throw new Error('the source failed')
    }
    await expect(store.refreshes.save(held, { content: failing() })).rejects.toThrow('the source failed')
    expect((await contentOf(store, held)).toString()).toBe('a login')
    expect(await countBlobs()).toBe(1)
    expect(await store.refreshes.save(held, renewed())).toMatchObject({ revision: 2 })
  })

  scenario('takes over from whoever died before it sent anything', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    const dead = await claimed(store, seed)
    expect(await claim(store, seed, 'b')).toEqual({ type: 'busy' })
    const again = await claimed(store, seed) // as after an answer that was lost
    await refused(store.refreshes.markSent(dead), 'lease-lost')
    await backdate(LOCK_MS + 1)
    expect((await store.seeds.get(seed)).refresh.state).toBe('idle')
    const held = await claimed(store, seed, 'b')
    expect(held.fence).toBe(again.fence + 1)
    await refused(store.refreshes.markSent(again), 'lease-lost')
  })

  scenario('calls it unknown when whoever sent it does not come back', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    const held = await sent(store, seed)
    expect((await store.seeds.get(seed)).refresh.state).toBe('refreshing')
    await backdate(LOCK_MS + 1)
    const { refresh } = await store.seeds.get(seed)
    expect(refresh).toMatchObject({ state: 'unknown', holder: 'a' })
    expect(refresh.reason).toBeDefined()
    for (const holder of ['a', 'b'])
      expect(await claim(store, seed, holder)).toMatchObject({ type: 'unavailable', why: 'unknown' })
    // What its holder has may be the only good token.
    const saved = await store.refreshes.save(held, renewed())
    expect(saved).toMatchObject({ revision: 2, refresh: { state: 'idle' } })
    expect(saved.refresh.reason).toBeUndefined()
  })

  scenario('ends a refresh that brought nothing', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    const first = await sent(store, seed)
    await store.refreshes.settle(first, { type: 'untouched', reason: 'busy', retryAfterMs: 5_000 })
    expect(await store.refreshes.settle(first, { type: 'dead', reason: 'late' })).toMatchObject({
      status: 'alive',
      refresh: { state: 'idle', reason: 'busy' },
    })
    expect(await claim(store, seed)).toMatchObject({ type: 'unavailable', why: 'too-soon' })
    await backdate(5_001)
    const second = await sent(store, seed)
    await store.refreshes.settle(second, { type: 'unknown', reason: 'no answer' })
    expect(await claim(store, seed)).toMatchObject({ why: 'unknown', refresh: { reason: 'no answer' } })
    await store.refreshes.settle(second, { type: 'untouched' })
    const third = await sent(store, seed)
    const dead = await store.refreshes.settle(third, { type: 'dead', reason: 'invalid_grant' })
    expect(dead).toMatchObject({ status: 'dead', refresh: { state: 'dead', reason: 'invalid_grant' } })
    expect(await claim(store, seed)).toMatchObject({ type: 'unavailable', why: 'dead' })
    expect((await contentOf(store, seed)).toString()).toBe('a login')
  })

  scenario('begins anew with a new login', async ({ store, countBlobs }) => {
    const seed = await insertSeed(store)
    const held = await sent(store, seed)
    await store.refreshes.settle(held, { type: 'unknown', reason: 'no answer' })
    const login = (revision: number) => ({ ...renewed('new'), revision })
    await refused(store.refreshes.replaceLogin(seed, login(7)), 'conflict')
    const fresh = await store.refreshes.replaceLogin(seed, login(1))
    expect(fresh).toMatchObject({ revision: 2, status: 'alive', refresh: { state: 'idle' } })
    expect(fresh.refresh.reason).toBeUndefined()
    await refused(store.refreshes.save(held, renewed('late')), 'lease-lost')
    expect((await contentOf(store, seed)).toString()).toBe('new')
    await store.seeds.change(seed, { status: 'dead' })
    expect(await store.refreshes.replaceLogin(seed, login(2))).toMatchObject({ status: 'alive' })
    expect(await countBlobs()).toBe(1)
    await refused(store.refreshes.replaceLogin({ owner: 'bob', seedId: seed.seedId }, login(3)), 'not-found')
  })

  scenario('excludes leases, and leases exclude it', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    const early = await claimed(store, seed)
    const lease = await take(store, 'planted')
    await refused(store.refreshes.markSent(early), 'lease-lost')
    await backdate(LOCK_MS + 1)
    expect(await claim(store, seed, 'b')).toMatchObject({ type: 'unavailable', why: 'leased' })
    await refused(store.refreshes.replaceLogin(seed, { ...renewed(), revision: 1 }), 'leased')
    await store.leases.release(lease)
    const held = await sent(store, seed)
    const wanted = { owner: OWNER, of: { pool: 'team' }, holder: 'planted', worker: 'w', leaseMs: 1_000 }
    const nothing = { type: 'unavailable', seeds: { free: 0, held: 0, quarantined: 1, dead: 0 } }
    expect(await store.leases.acquire(wanted)).toEqual(nothing)
    await store.refreshes.settle(held, { type: 'unknown', reason: 'no answer' })
    expect(await store.leases.acquire(wanted)).toEqual(nothing)
    await store.refreshes.save(held, renewed())
    expect(await take(store, 'planted')).toMatchObject({ seedId: seed.seedId })
  })

  scenario('knows no login of others, nor a deleted one', async ({ store }) => {
    const seed = await insertSeed(store)
    await refused(claim(store, { ...seed, owner: 'bob' }), 'not-found')
    await store.seeds.delete(seed)
    await refused(claim(store, seed), 'not-found')
    await expect(claim(store, { ...seed, revision: -1 })).rejects.toBeInstanceOf(RangeError)
    const held = { ...seed, fence: 1 }
    const wrong = store.refreshes.settle(held, { type: 'unknown', reason: 'two\nlines' })
    await expect(wrong).rejects.toBeInstanceOf(TypeError)
  })
}
