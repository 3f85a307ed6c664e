import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CODEX_VERSIONS, codexBinary, openLoginIssuer, processesOf } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OWNER, openLoginStage, type LoginStage } from './login-stage.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

describe.each(CODEX_VERSIONS)('logging in with Codex %s', (version) => {
  let stage: LoginStage
  beforeAll(async () => {
    stage = await openLoginStage(version)
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
  })

  /** Logs in as somebody, for a new seed or for one that is there. */
  async function logIn(email: string, accountId: string, seedId?: string) {
    await using attempt = await stage.start(seedId === undefined ? {} : { seedId })
    const code = attempt.verification?.code ?? ''
    expect(await stage.issuer.nextCode()).toBe(code)
    stage.issuer.approve(code, { email, accountId, userId: `user of ${accountId}` })
    return await attempt.completed
  }

  test('a device code becomes a seed, and nothing else is left of it', async () => {
    const { issuer, seeds, stateDir, host } = stage
    await using attempt = await stage.start({ pool: 'team' })
    const { url, code, expiresAt } = attempt.verification ?? {}
    expect(url).toBe(`${issuer.url}/codex/device`)
    expect(await issuer.nextCode()).toBe(code)
    expect(expiresAt).toBeGreaterThan(Date.now())
    const [home = ''] = await host.files.list(path.join(stateDir, 'logins'))
    expect((await host.files.stat(path.join(stateDir, 'logins', home)))?.mode).toBe(0o700)

    issuer.approve(code ?? '', { email: 'ada@example.com', accountId: 'account-1' })
    const seed = await attempt.completed
    expect(seed).toMatchObject({ name: 'ada@example.com', pool: 'team', agent: 'codex', status: 'alive' })
    expect(seed.account).toMatchObject({ method: 'chatgpt', email: 'ada@example.com', plan: 'pro' })
    expect(await seeds.list({ owner: OWNER })).toEqual([seed])
    expect(await stage.left()).toEqual([])
    // What is stored is what was issued: Codex has renewed nothing, and logged nobody out.
    const renewed = issuer.ledger.filter(
      ({ path: at, keys }) => at.startsWith('/oauth/') && !keys.includes('code'),
    )
    expect(renewed).toEqual([])
    // The command tells nothing beside the login itself.
    if (version === '0.169.0')
      expect(seed.account?.quotas).toMatchObject([
        { label: '5 hours', usedPercent: 12 },
        { label: 'weekly', usedPercent: 34 },
      ])
    await attempt.cancel()
    expect(await seeds.get(seed)).toEqual(seed)
  })

  test('a login is one even when the service behind it does not answer', async () => {
    await using issuer = await openLoginIssuer({ hasService: false })
    await using attempt = await stage.start({ issuer: issuer.url, name: 'early' })
    issuer.approve(await issuer.nextCode(), { email: 'ann@example.com', accountId: 'account-5' })
    expect(await attempt.completed).toMatchObject({ name: 'early', account: { email: 'ann@example.com' } })
    expect(await stage.left()).toEqual([])
  })

  test('an API key becomes a seed, and stands on no command line and in no environment', async () => {
    const { root, seeds } = stage
    const key = 'sk-test-0123456789abcdefghij'
    const spy = path.join(root, 'spy')
    await writeFile(spy, `#!/bin/sh\n{ echo "$@"; env; } >>${root}/seen\nexec ${codexBinary(version)} "$@"\n`)
    await chmod(spy, 0o700)
    const method = { type: 'api-key', key } as const
    await using attempt = await stage.start({ method, binary: spy, name: 'billing' })
    expect(attempt.verification).toBeUndefined()
    const seed = await attempt.completed
    expect(seed).toMatchObject({ name: 'billing', account: { method: 'api-key' } })
    expect(await stage.textOf(seed.seedId)).toContain(key)
    const seen = await readFile(path.join(root, 'seen'), 'utf8')
    expect(seen).toContain('app-server')
    expect(seen).not.toContain(key)
    expect(await stage.left()).toEqual([])
    await seeds.purge(seed)
  })

  test('a new login of the same account revives a seed; one of somebody else is refused', async () => {
    const { seeds, store } = stage
    const seed = await logIn('bob@example.com', 'account-2')
    const before = await stage.textOf(seed.seedId)
    await store.seeds.change(seed, { status: 'dead' })
    await expect(logIn('eve@example.com', 'account-3', seed.seedId)).rejects.toMatchObject({
      code: 'login-other-account',
      message: 'this is a login of eve@example.com, and the seed is one of bob@example.com',
      remedy: expect.any(String),
    })
    expect(await seeds.get(seed)).toMatchObject({ status: 'dead' })
    expect(await stage.textOf(seed.seedId)).toBe(before)

    const again = await logIn('bob@example.com', 'account-2', seed.seedId)
    expect(again).toMatchObject({ seedId: seed.seedId, name: seed.name, status: 'alive' })
    expect(await stage.textOf(seed.seedId)).not.toBe(before)
    expect(await stage.left()).toEqual([])
  })

  test('a login that comes to nothing says why, and leaves nothing', async () => {
    const { issuer, seeds } = stage
    const known = await seeds.list({ owner: OWNER })
    const end = {
      'login-refused': (code: string) => issuer.deny(code),
      'login-cancelled': (_: string, cancel: () => Promise<void>) => cancel(),
      lost: () => {
        for (const { pid, command } of processesOf(stage.stateDir))
          if (command.startsWith(codexBinary(version))) process.kill(pid, 'SIGKILL')
      },
    }
    for (const [expected, happens] of Object.entries(end)) {
      await using attempt = await stage.start()
      await happens(await issuer.nextCode(), attempt.cancel)
      await expect(attempt.completed).rejects.toMatchObject({
        name: 'SessionError',
        code: expected,
        remedy: expect.stringMatching(/\.$/),
      })
      expect(await stage.left(), expected).toEqual([])
    }
    await using expired = await stage.start({ timeoutMs: 1 })
    await expect(expired.completed).rejects.toMatchObject({ code: 'login-expired' })
    issuer.expire(await issuer.nextCode())

    const reason = new Error('enough')
    const controller = new AbortController()
    await using aborted = await stage.start({ signal: controller.signal })
    controller.abort(reason)
    await expect(aborted.completed).rejects.toBe(reason)
    await issuer.nextCode()
    expect(await stage.left()).toEqual([])
    expect(await seeds.list({ owner: OWNER })).toEqual(known)
  })

  test('an issuer that goes, or was never there, is told apart from a refusal', async () => {
    await using other = await openLoginIssuer()
    await using attempt = await stage.start({ issuer: other.url })
    await other.nextCode()
    other.cut()
    await expect(attempt.completed).rejects.toMatchObject({ code: 'login-unreachable' })
    await expect(stage.start({ issuer: other.url })).rejects.toMatchObject({
      code: 'login-unreachable',
      remedy: expect.stringContaining('network'),
    })
    expect(await stage.left()).toEqual([])

    // One that takes its time is waited for as long as the caller wants to.
    await using slow = await openLoginIssuer()
    slow.slow(600_000)
    const reason = new Error('enough')
    const controller = new AbortController()
    const started = stage.start({ issuer: slow.url, signal: controller.signal })
    const refused = expect(started).rejects.toBe(reason)
    await expect.poll(() => processesOf(stage.stateDir).length, { timeout: 20_000 }).toBeGreaterThan(1)
    controller.abort(reason)
    await refused
    expect(await stage.left()).toEqual([])
  })

  test('a seed that is held, or is not there, sends nobody to a page', async () => {
    const { issuer, seeds, store } = stage
    const asked = issuer.ledger.length
    const seed = await logIn('joe@example.com', 'account-4')
    const since = issuer.ledger.length
    expect(since).toBeGreaterThan(asked)
    const of = { seedId: seed.seedId }
    const lease = await seeds.acquire({ owner: OWNER, of, holder: 'run 1', worker: 'here', timeoutMs: 0 })
    await expect(stage.start(of)).rejects.toMatchObject({ code: 'in-use', lease: { holder: 'run 1' } })
    await lease.release()
    await store.seeds.purge(seed)
    await expect(stage.start(of)).rejects.toMatchObject({ code: 'not-found' })
    await expect(stage.start({ method: { type: 'api-key', key: 'a key' } })).rejects.toMatchObject({
      name: 'ConfigError',
      field: 'method.key',
      message: expect.not.stringContaining('a key'),
    })
    await expect(stage.start({ issuer: 'http://example.com' })).rejects.toMatchObject({ field: 'issuer' })
    expect(issuer.ledger.length).toBe(since)
  })

  test('who begins it may be killed: Codex ends, and its home goes', async () => {
    const { root, stateDir, issuer, host } = stage
    const compile = spawn(
      process.execPath,
      [fixture('compile.mjs'), fixture('login-orchestrator.ts'), root],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        stdio: 'inherit',
      },
    )
    expect(await once(compile, 'exit')).toEqual([0, null])
    const script = path.join(root, 'login-orchestrator.cjs')
    const child = spawn(process.execPath, [script, stateDir, codexBinary(version), version, issuer.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    await issuer.nextCode()
    child.kill('SIGKILL')
    await exited
    await expect.poll(() => stage.left(), { timeout: 20_000 }).toEqual([])

    // And what even that has left, whoever comes next removes; but not what somebody is at.
    const all = path.join(stateDir, 'logins')
    const dead = path.join(all, '4194304.1.0123456789ab.0123456789abcdef')
    await mkdir(path.join(dead, 'home', '.codex'), { recursive: true })
    await writeFile(path.join(dead, 'home', '.codex', 'auth.json'), '{}')
    await using first = await stage.start()
    const [ours] = await host.files.list(all)
    await using second = await stage.start()
    const names = await host.files.list(all)
    expect(names).toHaveLength(2)
    expect(names).toContain(ours)
    expect(names).not.toContain(path.basename(dead))
    await Promise.all([issuer.nextCode(), issuer.nextCode()])
    for (const attempt of [first, second]) {
      await attempt.cancel()
      await attempt.completed.catch(() => undefined)
    }
    expect(await stage.left()).toEqual([])
  })
})
