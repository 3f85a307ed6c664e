import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parseSeedBundle } from '../../src/seeds/parse-seed-bundle.ts'
import type { SaveOutcome } from '../../src/seeds/save-back.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { SeedKey } from '../../src/store/seed-record.ts'
import type { Store } from '../../src/store/store.ts'
import { contentOf } from '../../src/testing/store-contract-stage.ts'
import { LOGIN, loginManifest, loginText, SETTINGS, type TestLogin } from './login-manifest.ts'
import { openSeedsStage, type SeedsStage } from './seeds-stage.ts'

const OWNER = 'ada'
const ADA: TestLogin = { user: 'ada@example.com', token: 'one', at: 1 }

/** A login that lies on a worker, and is watched. */
async function planted(stage: SeedsStage, options: { readonly leaseMs?: number } = {}) {
  const { seeds, host, homeOf } = stage
  const from = homeOf('from')
  await stage.putLogin(from, ADA)
  await stage.put(from, SETTINGS, '{"theme":"dark"}')
  const seed = await seeds.capture({ agent: 'agent', host, home: from, owner: OWNER, name: 'work' })
  const of = { seedId: seed.seedId }
  const lease = await seeds.acquire({ owner: OWNER, of, holder: 'run 1', worker: 'here', ...options })
  const home = homeOf('home')
  await seeds.plant({ host, home, seed: lease })
  const outcomes: SaveOutcome[] = []
  const watch = await seeds.watch({
    host,
    home,
    lease,
    retryMs: 20,
    onOutcome: (outcome) => outcomes.push(outcome),
  })
  return { seed, lease, home, watch, outcomes, file: path.join(home, LOGIN) }
}

async function storedLogin(store: Store, key: SeedKey): Promise<unknown> {
  const { files } = parseSeedBundle(await contentOf(store, key))
  return JSON.parse(Buffer.from(files.get(LOGIN) ?? '').toString())
}

/** As agents do: in place, or in one step. */
async function rotate(
  file: string,
  login: TestLogin,
  how: 'in place' | 'in one step' = 'in place',
): Promise<void> {
  if (how === 'in place') return writeFile(file, loginText(login))
  await writeFile(`${file}.new`, loginText(login))
  await rename(`${file}.new`, file)
}

test.each(['in place', 'in one step'] as const)(
  'a rotation that is written %s is saved at once',
  async (how) => {
    await using stage = await openSeedsStage()
    const { seed, watch, outcomes, file } = await planted(stage)
    const two = { ...ADA, token: 'two', at: 2 }
    await rotate(file, two, how)
    await expect.poll(() => outcomes.at(-1)).toEqual({ type: 'saved', revision: 2 })
    expect(await storedLogin(stage.store, seed)).toEqual(two)
    expect(parseSeedBundle(await contentOf(stage.store, seed)).files.has(SETTINGS)).toBe(true)
    expect(await watch.close()).toEqual({ type: 'released' })
    expect(await stage.store.leases.list({ owner: OWNER })).toEqual([])
    expect((await stage.store.seeds.get(seed)).revision).toBe(2)
  },
)

test('what comes last is saved before the lease is given back', async () => {
  await using stage = await openSeedsStage()
  const { seed, watch, file } = await planted(stage)
  const last = { ...ADA, token: 'last', at: 9 }
  await rotate(file, last)
  expect(await watch.close()).toEqual({ type: 'released' })
  expect(await storedLogin(stage.store, seed)).toEqual(last)
})

test('neither a half of a login, nor none, nor an older one, nor that of somebody else is saved', async () => {
  await using stage = await openSeedsStage()
  const { seed, watch, file, lease } = await planted(stage)
  await writeFile(file, '{"token":"tw')
  expect(await watch.save()).toMatchObject({ type: 'no-login', error: { code: 'half-written', file: LOGIN } })
  await writeFile(file, '{}')
  expect(await watch.save()).toMatchObject({ type: 'no-login', error: { code: 'not-logged-in' } })
  await rotate(file, { ...ADA, token: 'zero', at: 0 })
  expect(await watch.save()).toEqual({ type: 'not-ours', why: 'older' })
  await rotate(file, { user: 'bob@example.com', token: 'his', at: 5 })
  expect(await watch.save()).toEqual({ type: 'not-ours', why: 'other-account' })
  await rotate(file, ADA)
  expect(await watch.save()).toEqual({ type: 'unchanged' })
  await rm(file)
  expect(await watch.save()).toMatchObject({ type: 'no-login' })
  expect(await watch.close()).toEqual({ type: 'released' })
  expect(lease.state).toBe('released')
  expect((await stage.store.seeds.get(seed)).revision).toBe(1)
})

test('one who has lost the lease writes nothing, and says so', async () => {
  await using stage = await openSeedsStage()
  const { seed, watch, outcomes, file, lease } = await planted(stage)
  const other = await stage.seeds.takeOver(lease, { holder: 'b', worker: 'there', revoke: true })
  await rotate(file, { ...ADA, token: 'late', at: 5 })
  await expect.poll(() => outcomes.at(-1)?.type).toBe('lost')
  expect(lease.signal.aborted).toBe(true)
  expect(await watch.close()).toEqual({ type: 'lost' })
  expect(await storedLogin(stage.store, seed)).toEqual(ADA)
  await other.release()
})

/** Fails what would change a seed, and what reads it. */
function downWhen(isDown: () => boolean): (store: Store) => Store {
  const down = async (): Promise<never> => Promise.reject(new StoreError('unreachable', 'the store is down'))
  return (store) => ({
    ...store,
    seeds: { ...store.seeds, replace: (...args) => (isDown() ? down() : store.seeds.replace(...args)) },
    leases: {
      ...store.leases,
      renew: (...args) => (isDown() ? down() : store.leases.renew(...args)),
      release: (...args) => (isDown() ? down() : store.leases.release(...args)),
    },
  })
}

test('while the store is down it goes on trying, and the login stays where it is', async () => {
  let isDown = false
  await using stage = await openSeedsStage(
    loginManifest(),
    downWhen(() => isDown),
  )
  const { seed, watch, outcomes, file } = await planted(stage, { leaseMs: 200 })
  isDown = true
  const two = { ...ADA, token: 'two', at: 2 }
  await rotate(file, two)
  await expect.poll(() => outcomes.at(-1)?.type).toBe('store-failed')
  await expect.poll(async () => (await stage.store.seeds.get(seed)).lease?.state).toBe('quarantined')
  isDown = false
  await expect.poll(() => outcomes.at(-1)).toEqual({ type: 'saved', revision: 2 })
  expect(await storedLogin(stage.store, seed)).toEqual(two)
  expect(await watch.close()).toEqual({ type: 'released' })
})

test('what can not be saved in time is kept: whoever looks there later saves it', async () => {
  let isDown = false
  await using stage = await openSeedsStage(
    loginManifest(),
    downWhen(() => isDown),
  )
  const { seed, watch, file, lease, home } = await planted(stage)
  isDown = true
  const two = { ...ADA, token: 'two', at: 2 }
  await rotate(file, two)
  expect(await watch.close({ timeoutMs: 100 })).toMatchObject({
    type: 'kept',
    reason: 'the store did not answer in time',
  })
  isDown = false
  await stage.backdate(120_000)
  const again = await stage.seeds.takeOver(lease, { holder: 'reconciler', worker: 'here' })
  const looking = await stage.seeds.watch({ host: stage.host, home, lease: again })
  expect(await looking.close()).toEqual({ type: 'released' })
  expect(await storedLogin(stage.store, seed)).toEqual(two)
})

test('a login that is torn at the end keeps the seed in quarantine', async () => {
  await using stage = await openSeedsStage()
  const { watch, file, seed } = await planted(stage)
  await writeFile(file, '{"token":"tw')
  expect(await watch.close({ timeoutMs: 60 })).toMatchObject({
    type: 'kept',
    reason: `${LOGIN} ends in the middle`,
  })
  expect((await stage.store.seeds.get(seed)).lease).toMatchObject({ holder: 'run 1' })
})
