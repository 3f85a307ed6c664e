import { expect } from 'vitest'
import type { NewHandle } from '../store/handle.ts'
import type { SeedKey } from '../store/seed-record.ts'
import { insertSeed, OWNER, refused, type StoreCase } from './store-contract-stage.ts'

const hash = (digit: string): string => digit.repeat(64)

const handleOf = ({ owner, seedId }: SeedKey, digit: string, session = 's1'): NewHandle => ({
  owner,
  seedId,
  session,
  hash: hash(digit),
  revision: 1,
  lifetimeMs: 60_000,
})

/** What sessions show in place of a refresh token. */
export function handleContract(scenario: StoreCase): void {
  scenario('finds a handle by its hash while it is good', async ({ store, openAgain, backdate }) => {
    const seed = await insertSeed(store)
    const made = await store.handles.insert(handleOf(seed, 'a'))
    expect(made).toMatchObject({
      owner: OWNER,
      seedId: seed.seedId,
      session: 's1',
      hash: hash('a'),
      revision: 1,
    })
    expect(made.expiresAt - made.createdAt).toBe(60_000)
    const again = await openAgain()
    expect(await again.handles.find(hash('a'))).toEqual(made)
    expect(await store.handles.find(hash('b'))).toBeUndefined()
    await backdate(60_000)
    expect(await store.handles.find(hash('a'))).toBeUndefined()
    expect(await store.handles.list({ owner: OWNER })).toEqual([])
    expect(await store.handles.extend({ owner: OWNER }, { lifetimeMs: 60_000 })).toBe(0)
    await backdate(1)
    expect(await store.sweep()).toMatchObject({ handles: 1 })
  })

  scenario('says which sessions use which login', async ({ store }) => {
    const [one, other] = [await insertSeed(store), await insertSeed(store)]
    await store.handles.insert(handleOf(one, 'a', 's1'))
    await store.handles.insert(handleOf(one, 'b', 's2'))
    await store.handles.insert(handleOf(other, 'c', 's2'))
    const sessions = async (seedId: string) =>
      (await store.handles.list({ owner: OWNER, seedId })).map(({ session }) => session)
    expect((await sessions(one.seedId)).toSorted()).toEqual(['s1', 's2'])
    expect(await store.handles.revoke({ owner: OWNER, session: 's2' })).toBe(2)
    expect(await store.handles.revoke({ owner: OWNER, session: 's2' })).toBe(0)
    expect(await sessions(one.seedId)).toEqual(['s1'])
    expect(await store.handles.find(hash('c'))).toBeUndefined()
    expect(await store.handles.revoke({ owner: 'bob', session: 's1' })).toBe(0)
  })

  scenario('lets a handle last longer', async ({ store, backdate }) => {
    const seed = await insertSeed(store)
    await store.handles.insert(handleOf(seed, 'a'))
    await backdate(50_000)
    expect(await store.handles.extend({ owner: OWNER, session: 's1' }, { lifetimeMs: 60_000 })).toBe(1)
    await backdate(50_000)
    expect(await store.handles.find(hash('a'))).toMatchObject({ session: 's1' })
  })

  scenario('makes no handle twice, nor for a login that is not there', async ({ store }) => {
    const seed = await insertSeed(store)
    await store.handles.insert(handleOf(seed, 'a'))
    await refused(store.handles.insert(handleOf(seed, 'a', 's2')), 'conflict')
    await refused(store.handles.insert(handleOf({ owner: 'bob', seedId: seed.seedId }, 'b')), 'not-found')
    await expect(store.handles.find('the handle itself')).rejects.toBeInstanceOf(TypeError)
    await store.seeds.delete(seed)
    await refused(store.handles.insert(handleOf(seed, 'b')), 'not-found')
    await store.seeds.purge(seed)
    expect(await store.handles.find(hash('a'))).toBeUndefined()
  })
}
