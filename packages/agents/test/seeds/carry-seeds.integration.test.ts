import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { SeedVerdict } from '../../src/seeds/manifest.ts'
import { renderBundle } from '../../src/seeds/seed-bundle.ts'
import { contentOf } from '../../src/testing/store-contract-stage.ts'
import { LOGIN, loginManifest, loginText, SETTINGS } from './login-manifest.ts'
import { openSeedsStage, type SeedsStage } from './seeds-stage.ts'

const OWNER = 'ada'
const ADA = { user: 'ada@example.com', token: 'token-one' }

async function captured(stage: SeedsStage, name = 'work') {
  const home = stage.homeOf(`from ${name}`)
  await stage.putLogin(home, ADA)
  await stage.put(home, SETTINGS, '{"theme":"dark","hook":"rm -rf"}')
  await stage.put(home, '.agent/history', 'what was said')
  return stage.seeds.capture({ agent: 'agent', host: stage.host, home, owner: OWNER, name, pool: 'team' })
}

async function leased(stage: SeedsStage) {
  return stage.seeds.acquire({
    owner: OWNER,
    of: { pool: 'team' },
    holder: 'run 1',
    worker: 'here',
    timeoutMs: 0,
  })
}

test('a login goes from one home to another, and nothing else with it', async () => {
  await using stage = await openSeedsStage()
  const { host, seeds, homeOf } = stage
  const seed = await captured(stage)
  // A name that could be a token is no account.
  expect(seed).toMatchObject({ name: 'work', pool: 'team', status: 'alive' })
  expect(seed.account).toEqual({ email: 'ada@example.com', plan: 'team' })
  expect((await contentOf(stage.store, seed)).toString()).not.toContain('rm -rf')

  await using lease = await leased(stage)
  const home = homeOf('new/home')
  expect(await seeds.plant({ host, home, seed: lease })).toMatchObject({
    revision: 1,
    files: [LOGIN, SETTINGS],
  })
  expect(await readFile(path.join(home, LOGIN), 'utf8')).toBe(loginText(ADA))
  expect(JSON.parse(await readFile(path.join(home, SETTINGS), 'utf8'))).toEqual({ theme: 'dark' })
  const modes = await Promise.all(
    [LOGIN, SETTINGS, '.agent', ''].map(async (name) => stat(path.join(home, name))),
  )
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o640, 0o700, 0o700])
  expect(await host.files.list(path.join(home, '.agent'))).toEqual(['login.json', 'settings.json'])
})

test('what the task says goes over what the seed says, and both over what is there', async () => {
  await using stage = await openSeedsStage()
  const { host, seeds, homeOf, put } = stage
  await captured(stage)
  await using lease = await leased(stage)
  const home = homeOf('other')
  await put(home, SETTINGS, '{"theme":"old","size":3}')
  await put(home, LOGIN, 'rubbish')
  const overlay = { [SETTINGS]: Buffer.from('{"width":80,"theme":"light"}') }
  await seeds.plant({ host, home, seed: lease, overlay })
  expect(JSON.parse(await readFile(path.join(home, SETTINGS), 'utf8'))).toEqual({
    theme: 'light',
    size: 3,
    width: 80,
  })
  expect(await readFile(path.join(home, LOGIN), 'utf8')).toBe(loginText(ADA))
  await expect(
    seeds.plant({ host, home, seed: lease, overlay: { '.ssh/key': Buffer.from('') } }),
  ).rejects.toThrow(TypeError)
})

test('a token that works once goes nowhere without a lease that is current', async () => {
  await using stage = await openSeedsStage()
  const { host, seeds, homeOf, backdate, store } = stage
  const seed = await captured(stage)
  const home = homeOf('other')
  const key = { owner: OWNER, seedId: seed.seedId }
  await expect(seeds.plant({ host, home, seed: key })).rejects.toMatchObject({ code: 'needs-lease' })
  const brokered = { [LOGIN]: Buffer.from(loginText({ ...ADA, token: 'a handle' })) }
  await seeds.plant({ host, home, seed: key, overlay: brokered })
  expect(await readFile(path.join(home, LOGIN), 'utf8')).toBe(loginText({ ...ADA, token: 'a handle' }))

  const lease = await leased(stage)
  await backdate(120_000)
  await store.leases.takeOver({ ...key, fence: lease.fence, holder: 'other', worker: 'w', leaseMs: 1_000 })
  await expect(seeds.plant({ host, home, seed: lease })).rejects.toMatchObject({
    name: 'LeaseLostError',
    holder: 'run 1',
  })
  lease.abandon()
})

test.each([
  ['is missing', 'not-logged-in', async () => undefined],
  ['ends in the middle', 'half-written', (at: string) => writeFile(at, '{"token":')],
  ['has no token', 'not-logged-in', (at: string) => writeFile(at, '{}')],
  ["can't be read", 'unusable', (at: string) => writeFile(at, 'not json }')],
  ['has more than 10000 bytes', 'unsafe', (at: string) => writeFile(at, 'x'.repeat(10_001))],
  ['leads out of the home', 'unsafe', (at: string) => symlink('/etc/hostname', at)],
  ['is no regular file', 'unsafe', (at: string) => mkdir(at)],
])('a login that %s is not captured, and is named', async (reason, code, put) => {
  await using stage = await openSeedsStage()
  const home = stage.homeOf('home')
  await mkdir(path.join(home, '.agent'), { recursive: true })
  await put(path.join(home, LOGIN))
  const capture = stage.seeds.capture({ agent: 'agent', host: stage.host, home, owner: OWNER, name: 'x' })
  await expect(capture).rejects.toMatchObject({
    name: 'SeedError',
    code,
    file: LOGIN,
    message: `${LOGIN} ${reason}`,
  })
  expect(await stage.seeds.list({ owner: OWNER })).toEqual([])
})

test('nothing is written outside of the home', async () => {
  await using stage = await openSeedsStage()
  const { host, seeds, homeOf } = stage
  await captured(stage)
  await using lease = await leased(stage)
  for (const trap of ['directory', 'missing directory', 'file']) {
    const [home, outside] = [homeOf(`home ${trap}`), homeOf(`outside ${trap}`)]
    await mkdir(path.join(home, '.agent'), { recursive: true })
    if (trap === 'file') {
      await writeFile(outside, 'theirs')
      await symlink(outside, path.join(home, LOGIN))
      await seeds.plant({ host, home, seed: lease }) // a link is replaced, not followed
      expect(await readFile(outside, 'utf8')).toBe('theirs')
      continue
    }
    await host.files.remove(path.join(home, '.agent'))
    if (trap === 'directory') await mkdir(outside)
    await symlink(outside, path.join(home, '.agent'))
    await expect(seeds.plant({ host, home, seed: lease })).rejects.toMatchObject({
      code: 'unsafe',
      file: SETTINGS,
    })
    expect(await host.files.stat(path.join(outside, 'login.json'))).toBeUndefined()
  }
})

test.each([
  ['../../.ssh/authorized_keys', 'unsafe'],
  ['/etc/cron.d/x', 'unsafe'],
  ['.agent/../../x', 'unsafe'],
  ['.bashrc', 'unsafe'],
])('a seed with a file %s is refused whole', async (name, code) => {
  await using stage = await openSeedsStage()
  const { store, seeds, host, homeOf } = stage
  const files = new Map([
    [LOGIN, Buffer.from(loginText(ADA))],
    [name, Buffer.from('echo mine')],
  ])
  const content = [renderBundle({ agent: 'agent', manifestVersion: 2, files })]
  await store.seeds.insert({ owner: OWNER, name: 'x', agent: 'agent', pool: 'team', content })
  await using lease = await leased(stage)
  await expect(seeds.plant({ host, home: homeOf('home'), seed: lease })).rejects.toMatchObject({ code })
  expect(await host.files.stat(homeOf('home'))).toBeUndefined()
})

test('seeds are listed, renamed, deleted, brought back and destroyed, but not under whoever uses them', async () => {
  await using stage = await openSeedsStage()
  const { seeds } = stage
  const seed = await captured(stage)
  expect(await seeds.rename(seed, 'private')).toMatchObject({ name: 'private', account: { plan: 'team' } })
  expect(await seeds.describe(seed, { quotas: [{ label: 'weekly', usedPercent: 40 }] })).toMatchObject({
    account: { plan: 'team', quotas: [{ label: 'weekly', usedPercent: 40 }] },
  })
  const lease = await leased(stage)
  const refusal = { code: 'in-use', lease: { holder: 'run 1', worker: 'here', since: lease.since } }
  await expect(seeds.delete(seed)).rejects.toMatchObject(refusal)
  await expect(seeds.purge(seed)).rejects.toThrow(
    `the seed "private" is used by run 1 on here, since ${new Date(lease.since).toISOString()}`,
  )
  expect(await seeds.list({ owner: OWNER })).toMatchObject([{ name: 'private', lease: { holder: 'run 1' } }])
  await lease.release()
  await seeds.delete(seed)
  expect(await seeds.list({ owner: OWNER })).toEqual([])
  await seeds.restore(seed)
  await seeds.purge(seed)
  expect(await seeds.list({ owner: OWNER, deleted: true })).toEqual([])
})

test.each<[string, () => Promise<SeedVerdict>, SeedVerdict, string]>([
  ['alive', async () => ({ type: 'alive' }), { type: 'alive' }, 'alive'],
  ['dead', async () => ({ type: 'dead', proof: 'refused' }), { type: 'dead', proof: 'refused' }, 'dead'],
  [
    'dead, and not told a token',
    async () => ({ type: 'dead', proof: `eyJ${'a'.repeat(40)}` }),
    { type: 'dead', proof: 'the provider refuses it' },
    'dead',
  ],
  [
    'inconclusive when the check fails',
    async () => Promise.reject(new Error('ECONNREFUSED')),
    { type: 'inconclusive', reason: 'the check itself has failed' },
    'alive',
  ],
])('a check says that it is %s', async (_name, check, verdict, status) => {
  await using stage = await openSeedsStage(loginManifest(check))
  const seed = await captured(stage)
  expect(await stage.seeds.verify(seed)).toEqual(verdict)
  expect(await stage.seeds.get(seed)).toMatchObject({ status, verified: { verdict: verdict.type } })
})

test('an export opens elsewhere with its passphrase alone', async () => {
  await using stage = await openSeedsStage()
  await using other = await openSeedsStage()
  const seed = await captured(stage)
  const passphrase = 'corrèct horse'
  const sealed = await stage.seeds.export(seed, { passphrase })
  expect(Buffer.from(sealed).toString('latin1')).toMatch(
    /^x-seed-export 1 scrypt 17 8 1 [\w-]{22} [\w-]{16}\n/,
  )
  expect(Buffer.from(sealed).includes('token-one')).toBe(false)
  const composed = passphrase.normalize('NFD')
  const imported = await other.seeds.import(sealed, { passphrase: composed, owner: 'bob', pool: 'team' })
  expect(imported).toMatchObject({
    owner: 'bob',
    name: 'work',
    pool: 'team',
    account: { email: 'ada@example.com' },
  })
  expect(await contentOf(other.store, imported)).toEqual(await contentOf(stage.store, seed))

  const open = (bytes: Uint8Array, how = passphrase) =>
    other.seeds.import(bytes, { passphrase: how, owner: 'bob' })
  await expect(open(sealed, 'another one')).rejects.toMatchObject({ code: 'wrong-passphrase' })
  const damaged = Buffer.from(sealed)
  damaged[damaged.length - 20]! ^= 1
  await expect(open(damaged)).rejects.toMatchObject({ code: 'wrong-passphrase' })
  await expect(open(Buffer.from('x-seed-export 9 ...\n'))).rejects.toMatchObject({ code: 'newer-export' })
  const dear = Buffer.from(Buffer.from(sealed).toString('latin1').replace('scrypt 17', 'scrypt 30'), 'latin1')
  for (const bytes of [dear, Buffer.alloc(0), Buffer.from('PK'), sealed.subarray(0, 60)])
    await expect(open(bytes)).rejects.toMatchObject({ code: 'not-an-export' })
  await expect(stage.seeds.export(seed, { passphrase: 'short' })).rejects.toThrow(RangeError)
  expect(await other.seeds.list({ owner: 'bob' })).toHaveLength(1)
})
