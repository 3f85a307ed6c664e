import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import type { LoginPlace } from '../../src/login/seed-login.ts'
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
