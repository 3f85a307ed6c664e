import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { issuedAuth, privateDirectory } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import type { LoginPlace } from '../../src/login/seed-login.ts'
import { openStoredLogins, OWNER, type Orchestrator, type StoredLogins } from './stored-logins.ts'

describe('stored logins', () => {
  let directory: Awaited<ReturnType<typeof privateDirectory>>
  let host: Host
  let stored: StoredLogins
  let ours: Orchestrator

  beforeAll(async () => {
    directory = await privateDirectory()
    host = await openLocalHost()
    stored = await openStoredLogins(directory.path)
    ours = await stored.orchestrator()
  })
  afterAll(async () => {
    await ours[Symbol.asyncDispose]()
    await stored[Symbol.asyncDispose]()
    await host.close()
    await directory[Symbol.asyncDispose]()
  })

  const placeOf = (taskId: string): LoginPlace => ({
    host,
    taskId,
    paths: taskPaths(path.join(directory.path, 'state'), taskId),
  })
  const authOf = ({ paths }: LoginPlace): Promise<string> =>
    readFile(path.join(paths.codexHome, 'auth.json'), 'utf8')

  test.each([
    [
      'dead',
      /no good any more/,
      (key: { owner: string; seedId: string }) => stored.store.seeds.change(key, { status: 'dead' }),
    ],
    ['deleted', /was deleted/, (key: { owner: string; seedId: string }) => stored.seeds.delete(key)],
  ])('one that is %s is refused by name', async (_, message, spoil) => {
    const { seedId } = await stored.capture()
    await spoil({ owner: OWNER, seedId })
    for (const mode of ['brokered', 'planted'] as const)
      await expect(ours.logins.use({ seedId }, { mode }).begin(placeOf('refused'))).rejects.toMatchObject({
        name: 'SessionError',
        code: 'login',
        message: expect.stringMatching(message) as string,
        remedy: expect.any(String) as string,
      })
    expect(await stored.store.leases.list({ owner: OWNER })).toEqual([])
  })

  test('one whose refresh was lost is refused, and works again with a new login', async () => {
    const { seedId } = await stored.capture()
    stored.endpoint.plan({ kind: 'cut', when: 'after' })
    const key = { owner: OWNER, seedId }
    await expect(ours.broker.tokens(key, { force: true })).rejects.toMatchObject({ code: 'login-unknown' })
    await expect(ours.logins.use({ seedId }).begin(placeOf('lost'))).rejects.toMatchObject({
      code: 'login',
      remedy: 'Log in again for this login.',
    })
  })

  test('a pool without any, and a seed that never was, are refused', async () => {
    for (const wish of [{ pool: 'nobody' }, { seedId: 'never-was' }])
      await expect(ours.logins.use(wish).begin(placeOf('none'))).rejects.toMatchObject({ code: 'login' })
    await expect(
      ours.logins.use({ pool: 'nobody' }, { mode: 'planted' }).begin(placeOf('none')),
    ).rejects.toMatchObject({ code: 'login' })
  })

  test('a pool is used evenly, and what is planted is left out', async () => {
    const [one, other, alone] = [
      await stored.capture('team'),
      await stored.capture('team'),
      await stored.capture('team'),
    ]
    const planted = await ours.logins
      .use({ seedId: alone.seedId }, { mode: 'planted' })
      .begin(placeOf('alone'))
    const uses = []
    for (const n of [1, 2, 3, 4])
      uses.push(await ours.logins.use({ pool: 'team' }).begin(placeOf(`even-${n}`)))
    const taken = uses.map(({ facts }) => facts.seedId)
    expect(taken.filter((seedId) => seedId === one.seedId)).toHaveLength(2)
    expect(taken.filter((seedId) => seedId === other.seedId)).toHaveLength(2)
    await Promise.all([planted, ...uses].map((use) => use.end()))
    const any = await ours.logins.use({ pool: 'team' }, { mode: 'planted' }).begin(placeOf('any'))
    expect(await authOf(placeOf('any'))).toContain('refresh_token')
    await any.end()
    expect(await stored.store.leases.list({ owner: OWNER })).toEqual([])
  })

  test('a planted one is waited for', async () => {
    const { seedId } = await stored.capture()
    const first = await ours.logins.use({ seedId }, { mode: 'planted' }).begin(placeOf('first'))
    const waiting = ours.logins.use({ seedId }, { mode: 'planted', waitMs: 60_000 }).begin(placeOf('second'))
    await expect.poll(async () => (await stored.store.leases.list({ owner: OWNER })).length).toBe(1)
    await first.end()
    const second = await waiting
    expect(JSON.parse(await authOf(placeOf('second')))).toMatchObject({ auth_mode: 'chatgpt' })
    await second.end()
  })

  test('a process that died before its session began leaves nothing to the next one', async () => {
    const { seedId } = await stored.capture()
    const dying = await stored.orchestrator()
    await dying.logins.use({ seedId }, { mode: 'planted' }).begin(placeOf('begun'))
    await dying[Symbol.asyncDispose]()
    const use = await ours.logins.use({ seedId }).begin(placeOf('begun'))
    expect(use.facts.mode).toBe('brokered')
    expect(await authOf(placeOf('begun'))).toMatch(/"refresh_token": "xh_/)
    expect((await stored.seeds.get({ owner: OWNER, seedId })).lease).toBeUndefined()
    await use.end()
    await expect(authOf(placeOf('begun'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a login that was typed becomes one seed, whoever died on the way', async () => {
    const place = placeOf('typed')
    const named = async (): Promise<readonly string[]> =>
      (await stored.seeds.list({ owner: OWNER })).flatMap((seed) =>
        seed.name === 'typed' || seed.lease?.holder.startsWith('typed/') === true ? [seed.seedId] : [],
      )
    expect(await ours.logins.capture(place)).toBeUndefined()
    await mkdir(place.paths.codexHome, { recursive: true, mode: 0o700 })
    const auth = JSON.stringify(issuedAuth(stored.endpoint.login()))
    await writeFile(path.join(place.paths.codexHome, 'auth.json'), auth, { mode: 0o600 })
    // As far as one came that died before it had a lease, and another before the session knew.
    const home = { host, home: place.paths.home, owner: OWNER, agent: 'codex' }
    const { seedId } = await stored.seeds.capture({ ...home, name: 'typed' })
    const dying = await stored.orchestrator()
    expect(await dying.logins.capture(place)).toMatchObject({ seed: { seedId } })
    await dying[Symbol.asyncDispose]()
    const captured = await ours.logins.capture(place)
    expect(captured).toMatchObject({ seed: { seedId, name: 'ada@example.com' } })
    expect(await named()).toEqual([seedId])
    await captured?.use.end()
  })

  test('a record of somebody else is refused', () => {
    const facts = { kind: 'seed', mode: 'brokered', owner: 'eve', seedId: 'any' } as const
    expect(() => ours.logins.resume(facts, placeOf('theirs'))).toThrow(/eve/)
  })
})
