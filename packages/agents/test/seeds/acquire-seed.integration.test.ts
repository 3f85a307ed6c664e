import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AcquireOptions } from '../../src/seeds/acquire-seed.ts'
import { renderBundle } from '../../src/seeds/seed-bundle.ts'
import { LeaseLostError } from '../../src/seeds/seed-error.ts'
import type { SeedLease } from '../../src/seeds/seed-lease.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { Store } from '../../src/store/store.ts'
import { LOGIN, loginManifest, loginText } from './login-manifest.ts'
import { openSeedsStage, type SeedsStage } from './seeds-stage.ts'

const OWNER = 'ada'

async function insert(store: Store, name = 'work') {
  const files = new Map([[LOGIN, Buffer.from(loginText({ user: 'ada', token: name }))]])
  const content = [renderBundle({ agent: 'agent', manifestVersion: 2, files })]
  return store.seeds.insert({ owner: OWNER, name, agent: 'agent', pool: 'team', content })
}

function acquire(
  { seeds }: Pick<SeedsStage, 'seeds'>,
  holder: string,
  options: Partial<AcquireOptions> = {},
) {
  return seeds.acquire({ owner: OWNER, of: { pool: 'team' }, holder, worker: 'here', pollMs: 20, ...options })
}

const lost = (lease: SeedLease) =>
  new Promise<unknown>((resolve) =>
    lease.signal.addEventListener('abort', () => resolve(lease.signal.reason)),
  )

test('those who wait are served in their order, and told their place', async () => {
  await using stage = await openSeedsStage()
  await insert(stage.store)
  const first = await acquire(stage, 'first')
  const places: string[] = []
  const served: string[] = []
  const waiting: Promise<void>[] = []
  for (const holder of ['second', 'third', 'fourth']) {
    const began = new Promise<void>((resolve) => {
      const onWaiting: AcquireOptions['onWaiting'] = ({ place, seeds }) => {
        places.push(`${holder} ${place} of ${seeds.held}`)
        resolve()
      }
      const run = async () => {
        const lease = await acquire(stage, holder, { onWaiting })
        served.push(lease.holder)
        await lease.release()
      }
      waiting.push(run())
    })
    await began
  }
  expect(places).toEqual(['second 1 of 1', 'third 2 of 1', 'fourth 3 of 1'])
  await first.release()
  await Promise.all(waiting)
  expect(served).toEqual(['second', 'third', 'fourth'])
})

test('nobody waits longer than they want, nor for what is dead', async () => {
  await using stage = await openSeedsStage()
  await expect(acquire(stage, 'x')).rejects.toMatchObject({ code: 'none-alive' })
  const seed = await insert(stage.store)
  await using lease = await acquire(stage, 'holder')
  const late = { code: 'timed-out', seeds: { held: 1, free: 0 } }
  await expect(acquire(stage, 'a', { timeoutMs: 0 })).rejects.toMatchObject(late)
  await expect(acquire(stage, 'b', { timeoutMs: 60 })).rejects.toMatchObject(late)
  const aborting = new AbortController()
  const waiting = acquire(stage, 'c', {
    signal: aborting.signal,
    onWaiting: () => aborting.abort(new Error('enough')),
  })
  await expect(waiting).rejects.toThrow('enough')
  // Nobody of them is in the queue any more.
  await lease.release()
  const next = await acquire(stage, 'd', { timeoutMs: 0 })
  await next.release()
  await stage.store.seeds.change(seed, { status: 'dead' })
  await expect(acquire(stage, 'e')).rejects.toMatchObject({ code: 'none-alive', seeds: { dead: 1 } })
  await expect(acquire(stage, 'f', { pollMs: 60_000 })).rejects.toThrow(RangeError)
})

test('a lease renews itself, and says at once when somebody else has it', async () => {
  await using stage = await openSeedsStage()
  await insert(stage.store)
  const lease = await acquire(stage, 'a', { leaseMs: 400, renewMs: 50 })
  const [before] = await stage.store.leases.list({ owner: OWNER })
  await expect
    .poll(async () => (await stage.store.leases.list({ owner: OWNER }))[0]?.renewedAt)
    .not.toBe(before?.renewedAt)
  expect(lease.state).toBe('held')
  const losing = lost(lease)
  const other = await stage.seeds.takeOver(lease, { holder: 'b', worker: 'there', revoke: true })
  expect(await losing).toMatchObject({
    name: 'LeaseLostError',
    code: 'lease-lost',
    holder: 'a',
    seedId: lease.seedId,
  })
  expect(lease.state).toBe('lost')
  await expect(lease.renew()).rejects.toBe(lease.signal.reason)
  expect(await lease.release()).toBe(false)
  expect(await other.release()).toBe(true)
  expect(other.signal.aborted).toBe(false)
})

/** A store that does what it is asked, or not, and does not say so for a while. */
function failing(store: Store, fails: () => 'before' | 'after' | undefined): Store {
  const down = () => new StoreError('unreachable', 'the store is down')
  const guard = <A extends unknown[], T>(act: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      const how = fails()
      if (how === 'before') throw down()
      const result = await act(...args)
      if (how === 'after') throw down()
      return result
    }
  }
  const { acquire, renew, release } = store.leases
  return {
    ...store,
    leases: { ...store.leases, acquire: guard(acquire), renew: guard(renew), release: guard(release) },
  }
}

test('a claim whose answer never came is found again', async () => {
  let left = 0
  await using stage = await openSeedsStage(loginManifest(), (store) =>
    failing(store, () => (left-- > 0 ? 'after' : undefined)),
  )
  await insert(stage.store)
  left = 1
  const lease = await acquire(stage, 'a', { timeoutMs: 5_000 })
  expect(lease).toMatchObject({ fence: 1, state: 'held' })
  await lease.release()
  // One who gives up meanwhile leaves nothing behind.
  left = 1
  await expect(acquire(stage, 'b', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'timed-out' })
  expect(await stage.store.leases.list({ owner: OWNER })).toEqual([])
})

test('while the store does not answer a lease is overdue, not lost', async () => {
  let isDown = false
  await using stage = await openSeedsStage(loginManifest(), (store) =>
    failing(store, () => (isDown ? 'before' : undefined)),
  )
  await insert(stage.store)
  const lease = await acquire(stage, 'a', { leaseMs: 100, renewMs: 20 })
  isDown = true
  await expect.poll(() => lease.state).toBe('overdue')
  expect(lease.signal.aborted).toBe(false)
  await expect(lease.renew()).rejects.toMatchObject({ code: 'unreachable' })
  await expect(lease.release()).rejects.toMatchObject({ code: 'unreachable' })
  isDown = false
  await expect.poll(() => lease.state).toBe('held')
  expect(await lease.release()).toBe(true)
  await delay(0)
  expect(lease.state).toBe('released')
})

test('a lease that was given back is not lost when nobody heard that it was', async () => {
  let left = 0
  await using stage = await openSeedsStage(loginManifest(), (store) =>
    failing(store, () => (left-- > 0 ? 'after' : undefined)),
  )
  await insert(stage.store)
  for (const askAgain of ['release', 'renew'] as const) {
    const lease = await acquire(stage, 'a')
    left = 1
    await expect(lease.release()).rejects.toMatchObject({ code: 'unreachable' })
    await using _ = await acquire(stage, 'b')
    if (askAgain === 'renew') await expect(lease.renew()).rejects.toBeInstanceOf(LeaseLostError)
    expect(await lease.release()).toBe(true)
    expect(lease.state).toBe('released')
    expect(lease.signal.aborted).toBe(false)
  }
})

test('a lease that was not given back after all, and then lost, is lost', async () => {
  let left = 0
  await using stage = await openSeedsStage(loginManifest(), (store) =>
    failing(store, () => (left-- > 0 ? 'before' : undefined)),
  )
  await insert(stage.store)
  const lease = await acquire(stage, 'a')
  left = 1
  await expect(lease.release()).rejects.toMatchObject({ code: 'unreachable' })
  await lease.renew()
  await using _ = await stage.seeds.takeOver(lease, { holder: 'b', worker: 'there', revoke: true })
  await expect(lease.renew()).rejects.toBeInstanceOf(LeaseLostError)
  expect(lease.state).toBe('lost')
  expect(lease.signal.aborted).toBe(true)
})

test('sessions that have it through the broker keep a seed from being deleted', async () => {
  await using stage = await openSeedsStage()
  const seed = await insert(stage.store)
  const { handles } = stage.store
  const handle = { owner: OWNER, seedId: seed.seedId, session: 'task 7', revision: 1, lifetimeMs: 60_000 }
  await handles.insert({ ...handle, hash: 'a'.repeat(64) })
  expect(await stage.seeds.list({ owner: OWNER })).toMatchObject([
    { sessions: ['task 7'], refresh: { state: 'idle' } },
  ])
  await expect(stage.seeds.delete(seed)).rejects.toThrow('the seed "work" is used by task 7, since ')
  await stage.seeds.delete(seed, { revoke: true })
  expect(await handles.list({ owner: OWNER })).toEqual([])
})
