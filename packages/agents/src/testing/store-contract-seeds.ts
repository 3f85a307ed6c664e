import { expect } from 'vitest'
import {
  inTurn,
  contentOf,
  insertSeed,
  OWNER,
  refused,
  take,
  type StoreCase,
} from './store-contract-stage.ts'

/** What is known of a seed, and who may know and change it. */
export function seedContract(scenario: StoreCase): void {
  scenario('keeps what it was given', async ({ store }) => {
    const before = await store.now()
    const metadata = { account: 'ada@example.org', 'odd.$key': [1, null, { deep: true }], '': 'x' }
    const seed = await insertSeed(store, { metadata, manifestVersion: 3, name: 'Ünïcode 🌱' })
    expect(seed).toMatchObject({
      owner: OWNER,
      name: 'Ünïcode 🌱',
      agent: 'codex',
      pool: 'team',
      status: 'alive',
    })
    expect(seed).toMatchObject({ metadata, manifestVersion: 3, revision: 1, bytes: 7 })
    expect(seed.createdAt).toBeGreaterThanOrEqual(before)
    expect(seed.savedAt).toBe(seed.createdAt)
    expect(seed).not.toHaveProperty('lease')
    expect(seed).not.toHaveProperty('deletedAt')
    expect(await store.seeds.get(seed)).toEqual(seed)
    expect((await contentOf(store, seed)).toString()).toBe('a login')
  })

  scenario('lists an owner’s seeds, oldest first, by pool and agent', async ({ store, openAgain }) => {
    const first = await insertSeed(store)
    const second = await insertSeed(store, { pool: 'other' })
    const third = await insertSeed(await openAgain(), { agent: 'another' })
    await insertSeed(store, { owner: 'bob' })
    const ids = async (filter: object) =>
      (await store.seeds.list({ owner: OWNER, ...filter })).map(({ seedId }) => seedId)
    const all = await ids({})
    expect(new Set(all)).toEqual(new Set([first.seedId, second.seedId, third.seedId]))
    const times = (await store.seeds.list({ owner: OWNER })).map(({ createdAt }) => createdAt)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(await ids({ pool: 'other' })).toEqual([second.seedId])
    expect(await ids({ agent: 'another' })).toEqual([third.seedId])
    expect(await store.seeds.list({ owner: 'nobody' })).toEqual([])
  })

  scenario('shows one owner’s seed to no other', async ({ store }) => {
    const seed = await insertSeed(store)
    const stolen = { owner: 'mallory', seedId: seed.seedId }
    const claim = { holder: 'm', worker: 'm', leaseMs: 1_000 }
    await refused(store.seeds.get(stolen), 'not-found')
    await refused(store.seeds.read(stolen), 'not-found')
    await refused(store.seeds.change(stolen, { name: 'mine' }), 'not-found')
    await refused(store.seeds.replace(stolen, { content: [], revision: 1, fence: 0 }), 'not-found')
    await refused(store.seeds.delete(stolen, { revoke: true }), 'not-found')
    await refused(store.seeds.restore(stolen), 'not-found')
    await refused(store.seeds.purge(stolen, { revoke: true }), 'not-found')
    await refused(store.leases.acquire({ ...claim, owner: 'mallory', of: stolen }), 'not-found')
    const lease = await take(store, 'ada')
    const stolenLease = { ...stolen, fence: lease.fence }
    await refused(store.leases.renew(stolenLease), 'lease-lost')
    expect(await store.leases.release(stolenLease)).toBe(false)
    await refused(store.leases.takeOver({ ...claim, ...stolenLease, revoke: true }), 'not-found')
    expect(await store.leases.list({ owner: 'mallory' })).toEqual([])
    expect(await store.seeds.get(seed)).toMatchObject({ name: 'work', lease: { holder: 'ada' } })
  })

  scenario('changes what is named, and nothing else', async ({ store }) => {
    const seed = await insertSeed(store, { metadata: { plan: 'pro', email: 'a@b.c' } })
    const changed = await store.seeds.change(seed, {
      name: 'home',
      status: 'dead',
      metadata: { plan: 'team', email: null, 'a.b': 1 },
    })
    expect(changed).toEqual({
      ...seed,
      name: 'home',
      status: 'dead',
      refresh: { state: 'dead', fence: 0 },
      metadata: { plan: 'team', 'a.b': 1 },
    })
    expect(await store.seeds.change(seed, { pool: null })).not.toHaveProperty('pool')
    expect(await store.seeds.change(seed, { pool: 'new', status: 'alive' })).toMatchObject({ pool: 'new' })
    expect((await contentOf(store, seed)).toString()).toBe('a login')
  })

  scenario('loses no change of those that come together', async ({ store, openAgain }) => {
    const seed = await insertSeed(store)
    const stores = [store, await openAgain()]
    const numbers = Array.from({ length: 24 }, (_, index) => index)
    await Promise.all(
      numbers.map((n) => inTurn(stores, n).seeds.change(seed, { metadata: { [`key ${n}`]: n } })),
    )
    const expected = Object.fromEntries(numbers.map((n) => [`key ${n}`, n]))
    expect((await store.seeds.get(seed)).metadata).toEqual(expected)
  })

  scenario('refuses the change of whoever has lost the lease', async ({ store }) => {
    const seed = await insertSeed(store)
    const { fence } = await take(store, 'a')
    await store.seeds.change(seed, { status: 'dead' }, { fence })
    await store.leases.release({ ...seed, fence })
    await refused(store.seeds.change(seed, { status: 'alive' }, { fence }), 'lease-lost')
    expect((await store.seeds.get(seed)).status).toBe('dead')
  })

  scenario('replaces content by revision and fence', async ({ store, countBlobs }) => {
    const seed = await insertSeed(store)
    const content = [Buffer.from('rotated')]
    await refused(store.seeds.replace(seed, { content, revision: 1, fence: 0 }), 'lease-lost')
    const { fence } = await take(store, 'a')
    await refused(store.seeds.replace(seed, { content, revision: 2, fence }), 'conflict')
    await refused(store.seeds.replace(seed, { content, revision: 1, fence: fence + 1 }), 'lease-lost')
    expect((await contentOf(store, seed)).toString()).toBe('a login')
    const replaced = await store.seeds.replace(seed, { content, revision: 1, fence })
    expect(replaced).toMatchObject({ seedId: seed.seedId, revision: 2, bytes: 7, createdAt: seed.createdAt })
    expect((await contentOf(store, seed)).toString()).toBe('rotated')
    await refused(store.seeds.replace(seed, { content, revision: 1, fence }), 'conflict')
    expect(await countBlobs()).toBe(1)
  })

  scenario(
    'lets one of those win who replace the same revision',
    async ({ store, openAgain, countBlobs }) => {
      const seed = await insertSeed(store)
      const { fence } = await take(store, 'a')
      const stores = [store, await openAgain()]
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) =>
          inTurn(stores, n).seeds.replace(seed, { content: [Buffer.from(`try ${n}`)], revision: 1, fence }),
        ),
      )
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
      const losers = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(losers.map(({ reason }) => (reason as { code: string }).code)).toEqual(Array(9).fill('conflict'))
      expect((await contentOf(store, seed)).toString()).toBe(`try ${winner}`)
      expect(await store.seeds.get(seed)).toMatchObject({ revision: 2 })
      expect(await countBlobs()).toBe(1)
    },
  )

  scenario('deletes out of sight, restores, and purges for good', async ({ store, countBlobs }) => {
    const seed = await insertSeed(store)
    await store.seeds.delete(seed)
    await store.seeds.delete(seed)
    const deleted = await store.seeds.get(seed)
    expect(typeof deleted.deletedAt).toBe('number')
    expect(await store.seeds.list({ owner: OWNER })).toEqual([])
    expect(await store.seeds.list({ owner: OWNER, deleted: true })).toEqual([deleted])
    await expect(take(store, 'a')).rejects.toThrow('unavailable')
    expect(await store.seeds.restore(seed)).toEqual(seed)
    expect((await contentOf(store, seed)).toString()).toBe('a login')
    await store.seeds.purge(seed)
    await refused(store.seeds.get(seed), 'not-found')
    await refused(store.seeds.purge(seed), 'not-found')
    expect(await countBlobs()).toBe(0)
  })

  scenario('takes no seed away from its holder without being told to', async ({ store }) => {
    const [one, other] = [await insertSeed(store), await insertSeed(store)]
    const lease = await take(store, 'a')
    const second = await take(store, 'b')
    const [first, rest] = lease.seedId === one.seedId ? [one, other] : [other, one]
    await refused(store.seeds.delete(first), 'leased')
    await refused(store.seeds.purge(first), 'leased')
    await store.seeds.delete(first, { revoke: true })
    await refused(store.leases.renew(lease), 'lease-lost')
    const content = [Buffer.from('late')]
    await refused(store.seeds.replace(first, { content, revision: 1, fence: lease.fence }), 'lease-lost')
    expect((await store.seeds.get(first)).lease).toBeUndefined()
    await store.seeds.purge(rest, { revoke: true })
    await refused(store.leases.renew(second), 'lease-lost')
  })

  scenario('tells misuse before it does anything', async ({ store, fingerprint }) => {
    const seed = await insertSeed(store)
    const before = await fingerprint()
    await expect(insertSeed(store, { owner: '' })).rejects.toThrow(TypeError)
    await expect(insertSeed(store, { name: 'two\nlines' })).rejects.toThrow(TypeError)
    await expect(insertSeed(store, { metadata: { long: 'x'.repeat(70_000) } })).rejects.toThrow(RangeError)
    await expect(store.seeds.get({ owner: OWNER, seedId: '../x' })).rejects.toThrow(TypeError)
    await expect(store.seeds.replace(seed, { content: [], revision: -1, fence: 1 })).rejects.toThrow(
      RangeError,
    )
    const claim = { owner: OWNER, of: { pool: 'team' }, holder: 'h', worker: 'w' }
    await expect(store.leases.acquire({ ...claim, leaseMs: 0 })).rejects.toThrow(RangeError)
    await expect(store.leases.acquire({ ...claim, leaseMs: 1, holder: '' })).rejects.toThrow(TypeError)
    expect(await fingerprint()).toBe(before)
  })
}
