import { expect, test } from 'vitest'
import { contentOf } from '../../src/testing/store-contract-stage.ts'
import { loginManifest, SETTINGS } from './login-manifest.ts'
import { openSeedsStage, type SeedsStage } from './seeds-stage.ts'

const OWNER = 'ada'
const ADA = { user: 'ada@example.com', token: 'token-one' }
const AGAIN = { ...ADA, token: 'token-two' }

async function captured(stage: SeedsStage) {
  const home = stage.homeOf('first')
  await stage.putLogin(home, ADA)
  await stage.put(home, SETTINGS, '{"theme":"dark"}')
  return stage.seeds.capture({ agent: 'agent', host: stage.host, home, owner: OWNER, name: 'work' })
}

async function loggedIn(stage: SeedsStage, login = AGAIN) {
  const home = stage.homeOf('second')
  await stage.putLogin(home, login)
  await stage.put(home, SETTINGS, '{"theme":"of nobody"}')
  return { host: stage.host, home }
}

test('a new login of the same account ends what was known about the old one, and sessions go on', async () => {
  const dead = async () => ({ type: 'dead', proof: 'refused' }) as const
  await using stage = await openSeedsStage(loginManifest(dead))
  const { seeds, store } = stage
  const seed = await captured(stage)
  const key = { owner: OWNER, seedId: seed.seedId }
  await store.handles.insert({
    ...key,
    session: 'run 1',
    hash: 'a'.repeat(64),
    revision: 1,
    lifetimeMs: 60_000,
  })
  await seeds.verify(key)
  expect(await seeds.get(key)).toMatchObject({ status: 'dead', verified: { verdict: 'dead' } })

  const replaced = await seeds.replaceLogin(key, await loggedIn(stage))
  expect(replaced).toMatchObject({ ...key, name: 'work', status: 'alive', sessions: ['run 1'] })
  expect(replaced.verified).toBeUndefined()
  const text = (await contentOf(store, seed)).toString()
  expect(text).toContain('token-two')
  expect(text).toContain('dark') // what was chosen once stays chosen
  expect(text).not.toMatch(/token-one|of nobody/)
})

test('a login of somebody else is refused by name, and nothing is changed', async () => {
  await using stage = await openSeedsStage()
  const seed = await captured(stage)
  const bob = await loggedIn(stage, { user: 'bob@example.com', token: 'token-of-bob' })
  await expect(stage.seeds.replaceLogin(seed, bob)).rejects.toMatchObject({
    code: 'other-account',
    message: 'this is a login of bob@example.com, and the seed is one of ada@example.com',
  })
  expect((await contentOf(stage.store, seed)).toString()).toContain('token-one')
})

test('a seed that somebody holds keeps its login, and who holds it is told', async () => {
  await using stage = await openSeedsStage()
  const { seeds } = stage
  const seed = await captured(stage)
  const of = { seedId: seed.seedId }
  const lease = await seeds.acquire({ owner: OWNER, of, holder: 'run 1', worker: 'here', timeoutMs: 0 })
  await expect(seeds.replaceLogin(seed, await loggedIn(stage))).rejects.toMatchObject({
    code: 'in-use',
    lease: { holder: 'run 1', worker: 'here' },
  })
  await lease.release()
  await seeds.replaceLogin(seed, await loggedIn(stage))
  expect((await contentOf(stage.store, seed)).toString()).toContain('token-two')
})

test('a login that the broker has renewed meanwhile is replaced all the same', async () => {
  let moves = 2
  await using stage = await openSeedsStage(loginManifest(), (store) => ({
    ...store,
    refreshes: {
      ...store.refreshes,
      replaceLogin: async (key, replacement) => {
        if (moves-- > 0) {
          // Somebody is faster, with the very revision that was read.
          await store.refreshes.replaceLogin(key, {
            ...replacement,
            content: [await contentOf(store, key)],
          })
        }
        return store.refreshes.replaceLogin(key, replacement)
      },
    },
  }))
  const seed = await captured(stage)
  await stage.seeds.replaceLogin(seed, await loggedIn(stage))
  expect((await contentOf(stage.store, seed)).toString()).toContain('token-two')
  expect((await stage.store.seeds.get(seed)).revision).toBe(4)
})

test('a login that can not be renewed any more is not alive because its token still is', async () => {
  await using stage = await openSeedsStage(loginManifest(async () => ({ type: 'alive' })))
  const { seeds, store } = stage
  const seed = await captured(stage)
  const key = { owner: OWNER, seedId: seed.seedId }
  const claim = await store.refreshes.claim({ ...key, revision: 1, holder: 'broker', lockMs: 60_000 })
  if (claim.type !== 'claimed') throw new Error('expected the lock')
  await store.refreshes.markSent(claim.held)
  await store.refreshes.settle(claim.held, { type: 'dead', reason: 'refresh_token_reused' })

  expect(await seeds.verify(key)).toMatchObject({ type: 'inconclusive' })
  expect(await seeds.get(key)).toMatchObject({ status: 'dead', verified: { verdict: 'inconclusive' } })
  await seeds.replaceLogin(key, await loggedIn(stage))
  expect(await seeds.verify(key)).toEqual({ type: 'alive' })
})
