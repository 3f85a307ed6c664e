import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { createSeeds } from '@x/agents/seeds'
import { StoreError } from '@x/agents/store'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import type { LoginPlace } from '../../src/login/seed-login.ts'
import { SessionLeases } from '../../src/session/seed-login/session-lease.ts'
import { openStoredLogins, OWNER } from './stored-logins.ts'

test('an API key shows which sessions use it, and is not deleted under them', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  await using stored = await openStoredLogins(directory.path)
  const { seeds } = stored
  await using ours = await stored.orchestrator()
  const key = { owner: OWNER, seedId: (await stored.captureKey('sk-shared')).seedId }
  const users = async (): Promise<readonly string[]> => (await seeds.get(key)).sessions
  const placeOf = async (taskId: string): Promise<LoginPlace> => {
    const paths = taskPaths(path.join(directory.path, 'state'), taskId)
    await mkdir(paths.codexHome, { recursive: true, mode: 0o700 })
    return { host, taskId, paths }
  }
  const [one, other] = [await placeOf('one'), await placeOf('other')]
  const auth = path.join(one.paths.codexHome, 'auth.json')
  const first = await ours.logins.use(key).begin(one)
  const second = await ours.logins.use(key).begin(other)
  expect(await readFile(auth, 'utf8')).toContain('sk-shared')
  expect(await users()).toEqual(['one', 'other'])
  expect((await seeds.list({ owner: OWNER }))[0]).toMatchObject({ sessions: ['one', 'other'] })
  await expect(seeds.delete(key)).rejects.toMatchObject({
    code: 'in-use',
    message: expect.stringMatching(/is used by one and 1 more/) as string,
  })
  await second.end()
  expect(await users()).toEqual(['one'])
  // Another process takes the session up, and one goes: it is used all the same, once.
  await using theirs = await stored.orchestrator()
  const again = theirs.logins.resume(first.facts, one)
  expect(await again.takeUp()).toBe(true)
  await first.leave()
  expect(await users()).toEqual(['one'])
  await again.end()
  expect(await users()).toEqual([])
  await expect(stat(auth)).rejects.toMatchObject({ code: 'ENOENT' })
  await seeds.delete(key)
  expect(await seeds.list({ owner: OWNER })).toEqual([])
})

test('a lease that was left on a machine that is gone is free only when that was said', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  await using stored = await openStoredLogins(directory.path)
  await using ours = await stored.orchestrator()
  const { seedId } = await stored.capture()
  const paths = taskPaths(path.join(directory.path, 'state'), 'moved')
  const place = { host, taskId: 'moved', paths }
  const use = await ours.logins.use({ seedId }, { mode: 'planted' }).begin(place)
  await use.leave()
  const elsewhere = { ...place, paths: taskPaths(path.join(directory.path, 'elsewhere'), 'moved') }
  const there = { ...elsewhere, host: Object.create(host, { name: { value: 'another' } }) as typeof host }
  const again = ours.logins.resume(use.facts, there)
  await expect(again.prepare()).rejects.toMatchObject({ code: 'login' })
  await ours.logins.giveUp('moved')
  await again.prepare()
  expect((await stored.seeds.get({ owner: OWNER, seedId })).lease).toMatchObject({ worker: 'another' })
  await again.end()
})

test('a login that a lost machine of the same name had is handed out only when that was said', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  await using stored = await openStoredLogins(directory.path)
  await using ours = await stored.orchestrator()
  const key = { owner: OWNER, seedId: (await stored.capture()).seedId }
  const placeIn = (state: string): LoginPlace => ({
    host,
    taskId: 'moved',
    paths: taskPaths(path.join(directory.path, state), 'moved'),
  })
  const [before, here] = [placeIn('before'), placeIn('here')]
  const use = await ours.logins.use(key, { mode: 'planted' }).begin(before)
  const { fence, ...restored } = use.facts
  // What lies where it goes on stays.
  for (const at of [before, { ...here, fence }]) await ours.logins.giveUp('moved', { here: at })
  expect((await stored.seeds.get(key)).lease).toMatchObject({ fence })
  await use.leave()
  const again = ours.logins.resume(restored, here)
  await expect(again.prepare()).rejects.toMatchObject({
    code: 'login',
    remedy: expect.stringMatching(/isWorkerLost/) as string,
  })
  await again.end()
  expect((await stored.seeds.get(key)).lease).toBeDefined()

  // Who has lost the task takes nothing.
  const { store } = stored
  await store.orchestrators.register({ id: 'one', lifetimeMs: 60_000 })
  const task = await store.tasks.insert({ owner: OWNER, taskId: 'moved', orchestrator: 'one', data: {} })
  await expect(ours.logins.giveUp('moved', { here, fence: task.fence + 1 })).rejects.toMatchObject({
    code: 'lease-lost',
  })
  expect((await stored.seeds.get(key)).lease).toBeDefined()
  await ours.logins.giveUp('moved', { here, fence: task.fence })
  expect((await stored.seeds.get(key)).lease).toBeUndefined()
  const third = ours.logins.resume(restored, here)
  await third.prepare()
  await third.end()
})

test('a store that does not answer keeps no credential on a machine, and no lease that was given up', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  await using stored = await openStoredLogins(directory.path)
  const down = (): Promise<never> => Promise.reject(new StoreError('unreachable', 'the store is down'))
  const { store } = stored
  const deaf = { ...store, handles: { ...store.handles, revoke: down } }
  await using ours = await stored.orchestrator(deaf)
  const seeds = [await stored.capture(), await stored.captureKey('sk-shared')]
  for (const { seedId } of seeds) {
    const paths = taskPaths(path.join(directory.path, 'state'), seedId)
    const use = await ours.logins.use({ seedId }, { mode: 'planted' }).begin({ host, taskId: seedId, paths })
    const auth = path.join(paths.codexHome, 'auth.json')
    expect(await readFile(auth, 'utf8')).not.toBe('')
    await use.end()
    await expect(stat(auth)).rejects.toMatchObject({ code: 'ENOENT' })
  }
  const [{ seedId } = { seedId: '' }] = seeds
  const mute = { ...store, leases: { ...store.leases, release: down } }
  const seedsOfMute = createSeeds({ store: mute, manifests: [codexSeedManifest] })
  const leases = new SessionLeases({ store: mute, seeds: seedsOfMute, owner: OWNER, leaseMs: 500 })
  const place = { host, taskId: 'left', paths: taskPaths(path.join(directory.path, 'state'), 'left') }
  await leases.acquire(place, { seedId }, 0)
  await expect(leases.giveUp('left')).rejects.toMatchObject({ code: 'unreachable' })
  const stateOf = async (): Promise<unknown> =>
    (await stored.seeds.get({ owner: OWNER, seedId })).lease?.state
  await expect.poll(stateOf, { timeout: 60_000 }).toBe('quarantined')
})

test('limits that a session hears are written down, what is not told stays', async () => {
  await using directory = await privateDirectory()
  await using stored = await openStoredLogins(directory.path)
  await using ours = await stored.orchestrator()
  const { seedId } = await stored.capture()
  const seen = async () => (await stored.seeds.get({ owner: OWNER, seedId })).account
  const weekly = { label: 'weekly', usedPercent: 12, resetsAt: 1_800_000_000_000 }
  ours.logins.noteQuotas(seedId, [weekly])
  await expect.poll(seen).toMatchObject({ email: 'ada@example.com', quotas: [weekly] })
  // From another process; a renewal of the login in between takes nothing away.
  await using theirs = await stored.orchestrator()
  await stored.seeds.describe({ owner: OWNER, seedId }, { plan: 'team' })
  theirs.logins.noteQuotas(seedId, [{ label: '5 hours', usedPercent: 101 }])
  await expect
    .poll(seen)
    .toMatchObject({ plan: 'team', quotas: [{ label: '5 hours', usedPercent: 101 }, weekly] })
})
