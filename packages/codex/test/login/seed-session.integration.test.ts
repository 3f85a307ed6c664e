import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { AppServerClient } from '@x/codex-appserver'
import { CODEX_VERSIONS, processesOf } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import { parseAuthFile } from '../../src/login/parse-auth-file.ts'
import { connectAppServer, findAppServer } from '../../src/session/app-server.ts'
import { parseLaunchRecord } from '../../src/session/parse-launch-record.ts'
import { hostWith } from '../host-with.ts'
import { openWorkshop, type Workshop } from '../workshop.ts'
import { openStoredLogins, OWNER, tokenIn, type Orchestrator, type StoredLogins } from './stored-logins.ts'
import { openStranger } from './stranger.ts'

describe.each(CODEX_VERSIONS)(
  'a session of Codex %s with a stored login',
  { timeout: 240_000 },
  (version) => {
    let workshop: Workshop
    let stored: StoredLogins
    let ours: Orchestrator

    beforeAll(async () => {
      workshop = await openWorkshop(version, { apiKey: (bearer) => stored.accepts(bearer) })
      stored = await openStoredLogins(workshop.root)
      ours = await stored.orchestrator()
    })
    afterAll(async () => {
      await ours[Symbol.asyncDispose]()
      await stored.endpoint[Symbol.asyncDispose]()
      await workshop[Symbol.asyncDispose]()
      await stored[Symbol.asyncDispose]()
    })

    const wish = (seedId: string, mode?: 'brokered' | 'planted', orchestrator = ours) =>
      orchestrator.logins.use({ seedId }, { modelBaseUrl: workshop.model.url, ...(mode && { mode }) })
    const pathsOf = (taskId: string) => taskPaths(workshop.stateDir, taskId)
    const authOf = async (taskId: string) =>
      parseAuthFile(await readFile(path.join(pathsOf(taskId).codexHome, 'auth.json')))
    const recordOf = async (taskId: string) =>
      parseLaunchRecord(await readFile(pathsOf(taskId).launchRecord, 'utf8')).login
    const completed = { status: 'completed' }

    test('two at once renew one login through the broker, and never have what renews it', async () => {
      const { login, seedId } = await stored.capture()
      const open = (taskId: string) => workshop.open({ taskId, login: wish(seedId), approvals: 'never' })
      const sessions = await Promise.all([open('one'), open('other')])
      for (const { conversation } of sessions)
        expect(await conversation.send('hello').result).toMatchObject(completed)
      stored.expire(login)
      const results = sessions.map(({ conversation }) => conversation.send('hello again').result)
      for (const result of results) expect(await result).toMatchObject(completed)
      expect(new Set(stored.endpoint.ledger.map(({ outcome }) => outcome))).toEqual(new Set(['committed']))
      expect(stored.endpoint.commitsOf(login.family)).toBeGreaterThan(0)
      expect(new Set((await stored.seeds.get({ owner: OWNER, seedId })).sessions)).toEqual(
        new Set(['one', 'other']),
      )
      expect(await recordOf('one')).toMatchObject({ kind: 'seed', mode: 'brokered', owner: OWNER, seedId })

      const [first] = sessions
      const port = ((await recordOf('one')) as { readonly port: number }).port
      const probe = `env; (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>&1 || echo unreachable; cat ${pathsOf('one').codexHome}/auth.json`
      const { text } = await first.conversation.send(`run: bash -c '${probe}'`).result
      expect(text).toContain('unreachable')
      expect(text).not.toContain('CODEX_REFRESH')
      expect(text).not.toContain('xh_')

      expect(await placesOf(workshop.stateDir, ['xh_'])).toHaveLength(2)
      expect(await placesOf(workshop.stateDir, [login.refreshToken, newest(login.family)])).toEqual([])
      await Promise.all(sessions.map((session) => session.close()))
      expect((await stored.seeds.get({ owner: OWNER, seedId })).sessions).toEqual([])
      expect(await placesOf(workshop.stateDir, ['xh_'])).toEqual([])
    })

    test('a stranger at its port while we are away gains nothing that lasts', async () => {
      const { login, seedId } = await stored.capture()
      const taskId = 'strange'
      const before = await stored.orchestrator()
      const first = await workshop.open({ taskId, login: wish(seedId, undefined, before) })
      await first.conversation.send('hello').result
      const { port = 0 } = (await recordOf(taskId)) as { readonly port?: number }
      await first.detach()
      await before[Symbol.asyncDispose]()

      const foreign = stored.endpoint.login()
      await using stranger = await openStranger(port, foreign.accessToken)
      await askToRenew(taskId)
      expect(stranger.handles).toHaveLength(1)
      const again = await workshop.attach(taskId, { logins: ours.logins })
      // Its port is not ours yet: it was shown no handle that is good.
      expect(await ask(ours.broker.url, stranger.handles[0] ?? '')).toBe(401)
      await stranger[Symbol.asyncDispose]()
      await expect
        .poll(() => ask(`http://127.0.0.1:${port}/oauth/token`, 'xh_nothing'), { timeout: 60_000 })
        .toBe(401)
      expect(await ask(ours.broker.url, stranger.handles[0] ?? '')).toBe(401)
      // Codex took the stranger's login for its own, whose token works; it is told to look at its file again.
      const payer = async (): Promise<string | undefined> => {
        expect(await again.conversation.send('hello again').result).toMatchObject(completed)
        return tokenIn(workshop.model.requests.at(-1)?.bearer ?? '')[0]
      }
      await expect.poll(payer, { timeout: 60_000 }).toBe(login.family)
      stored.expire(login)
      expect(await payer()).toBe(login.family)
      expect(await authOf(taskId)).toMatchObject({
        kind: 'chatgpt',
        refreshToken: expect.stringMatching(/^xh_/),
      })
      expect(stranger.handles.length).toBeLessThan(3)
      await again.close()
    })

    test('a second process that is attached takes nothing from the first, and takes its place', async () => {
      const { login, seedId } = await stored.capture()
      const taskId = 'watched'
      await using before = await stored.orchestrator()
      const first = await workshop.open({ taskId, login: wish(seedId, undefined, before) })
      await first.conversation.send('hello').result
      const second = await workshop.attach(taskId, { logins: ours.logins })
      for (const { conversation } of [first, second]) {
        stored.expire(login)
        const status = async (): Promise<string> => (await conversation.send('hello again').result).status
        // The second one knows the first as one of ours, and leaves it its handle.
        if (conversation === first.conversation) {
          expect(await status()).toBe('completed')
          await first.detach()
        } else await expect.poll(status, { timeout: 120_000 }).toBe('completed')
      }
      expect(stored.endpoint.ledger.every(({ outcome }) => outcome === 'committed')).toBe(true)
      await second.close()
    })

    test('is resumed with the login as it is then, and closed without a trace of it', async () => {
      const { login, seedId } = await stored.capture()
      const taskId = 'resumed'
      const first = await workshop.open({ taskId, login: wish(seedId) })
      await first.conversation.send('hello').result
      await first.close()
      expect((await stored.seeds.get({ owner: OWNER, seedId })).sessions).toEqual([])
      await expect(authOf(taskId)).rejects.toMatchObject({ code: 'ENOENT' })
      await ours.broker.tokens({ owner: OWNER, seedId }, { force: true })
      stored.expire({ ...login })
      await ours.broker.tokens({ owner: OWNER, seedId }, { force: true })

      await expect(workshop.attach(taskId)).rejects.toMatchObject({ name: 'ConfigError', field: 'logins' })
      const second = await workshop.attach(taskId, { logins: ours.logins })
      expect(await second.conversation.send('hello again').result).toMatchObject(completed)
      expect(tokenIn(workshop.model.requests.at(-1)?.bearer ?? '')).toEqual([login.family, 3])
      await second.close()
      await stored.store.seeds.change({ owner: OWNER, seedId }, { status: 'dead' })
      await expect(workshop.attach(taskId, { logins: ours.logins })).rejects.toMatchObject({
        code: 'login',
        remedy: 'Log in again for this login.',
      })
      await expect(authOf(taskId)).rejects.toMatchObject({ code: 'ENOENT' })
    })

    test('planted: is alone with it, and what Codex renews is saved, whoever is there', async () => {
      const { login, seedId } = await stored.capture()
      const key = { owner: OWNER, seedId }
      const taskId = 'planted'
      // Codex renews at OpenAI, unless the machine's own environment says otherwise.
      const host = hostWith(workshop.host, {
        spawnDetached: (argv, options) =>
          workshop.host.spawnDetached(argv, {
            ...options,
            env: { ...options.env, CODEX_REFRESH_TOKEN_URL_OVERRIDE: stored.endpoint.url },
          }),
      })
      const before = await stored.orchestrator()
      const first = await workshop.open({ host, taskId, login: wish(seedId, 'planted', before) })
      expect(await recordOf(taskId)).toMatchObject({ mode: 'planted', fence: expect.any(Number) as number })
      await expect(workshop.open({ taskId: 'late', login: wish(seedId, 'planted') })).rejects.toMatchObject({
        code: 'login',
      })
      stored.expire(login)
      expect(await first.conversation.send('hello').result).toMatchObject(completed)
      await expect.poll(async () => refreshTokenIn(await stored.seeds.read(key))).toBe(newest(login.family))

      // While nobody is there it is renewed once more, and handed to nobody.
      await first.detach()
      await before[Symbol.asyncDispose]()
      await askToRenew(taskId)
      expect(refreshTokenIn(await stored.seeds.read(key))).not.toBe(newest(login.family))
      await expect(workshop.open({ taskId: 'later', login: wish(seedId, 'planted') })).rejects.toMatchObject({
        code: 'login',
      })
      const again = await workshop.attach(taskId, { host, logins: ours.logins })
      await expect.poll(async () => refreshTokenIn(await stored.seeds.read(key))).toBe(newest(login.family))
      expect((await stored.seeds.get(key)).lease).toMatchObject({ state: 'held' })

      // An app-server that was killed starts anew with what it had.
      await askToRenew(taskId)
      await workshop.kill(taskId)
      expect(await again.conversation.send('hello again').result).toMatchObject(completed)
      await again.close()
      expect(refreshTokenIn(await stored.seeds.read(key))).toBe(newest(login.family))
      expect((await stored.seeds.get(key)).lease).toBeUndefined()
      await expect(authOf(taskId)).rejects.toMatchObject({ code: 'ENOENT' })
      expect(stored.endpoint.ledger.filter(({ outcome }) => outcome !== 'committed')).toEqual([])
    })

    test('planted: ends when its login is taken away, and writes nothing', async () => {
      const { seedId } = await stored.capture()
      const session = await workshop.open({ taskId: 'robbed', login: wish(seedId, 'planted') })
      await session.ready
      await stored.seeds.delete({ owner: OWNER, seedId }, { revoke: true })
      expect(await session.closed).toMatchObject({
        reason: 'lost',
        fault: { message: 'the login of the session is not its any more' },
      })
      await expect(authOf('robbed')).rejects.toMatchObject({ code: 'ENOENT' })
      expect(await findAppServer(workshop.host, pathsOf('robbed'))).toBeUndefined()
    })

    test('an API key goes to any number of sessions, and a typed one becomes a seed', async () => {
      const taskId = 'typed'
      const seeds: { readonly seedId: string }[] = []
      const typed = await workshop.open({
        taskId,
        login: 'in-terminal',
        logins: ours.logins,
        onLogin: (seed) => void seeds.push(seed),
      })
      await typed.ready
      await withClient(taskId, (client) =>
        client.request('account/login/start', { type: 'apiKey', apiKey: 'sk-typed' }),
      )
      await expect.poll(() => seeds.length).toBe(1)
      const [seed] = seeds
      if (!seed) throw new Error('expected a seed')
      expect(await recordOf(taskId)).toMatchObject({ kind: 'seed', mode: 'planted', seedId: seed.seedId })
      const sessions = await Promise.all(
        ['key-one', 'key-other'].map((name) => workshop.open({ taskId: name, login: wish(seed.seedId) })),
      )
      for (const { conversation } of sessions) {
        expect(await conversation.send('hello').result).toMatchObject(completed)
        expect(workshop.model.requests.at(-1)?.bearer).toBe('sk-typed')
      }
      await Promise.all([typed, ...sessions].map((session) => session.close()))
      for (const name of [taskId, 'key-one', 'key-other'])
        await expect(authOf(name)).rejects.toMatchObject({ code: 'ENOENT' })
    })

    const newest = (family: string): string => stored.endpoint.newestOf(family) ?? 'revoked'

    async function withClient(
      taskId: string,
      use: (client: AppServerClient) => Promise<unknown>,
    ): Promise<void> {
      const process = await findAppServer(workshop.host, pathsOf(taskId))
      if (!process) throw new Error(`expected ${taskId} to run`)
      const client = await connectAppServer(workshop.host, pathsOf(taskId), process)
      try {
        await use(client)
      } finally {
        await client.close()
      }
    }

    /** Has Codex renew its login; what it says afterwards of an account that nobody plays here is another matter. */
    async function askToRenew(taskId: string): Promise<void> {
      await withClient(taskId, (client) =>
        client.request('account/read', { refreshToken: true }).catch(() => undefined),
      )
    }
  },
)

/** The files below a directory that hold one of these texts, and the processes that name it and hold one. */
async function placesOf(directory: string, texts: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name))
  const ofProcesses = processesOf(directory).flatMap(({ pid }) => [
    `/proc/${pid}/environ`,
    `/proc/${pid}/cmdline`,
  ])
  const found = await Promise.all(
    [...files, ...ofProcesses].map(async (file) => {
      const content = await readFile(file, 'latin1').catch(() => '')
      return texts.some((text) => content.includes(text)) ? [file] : []
    }),
  )
  return found.flat()
}

function refreshTokenIn(files: ReadonlyMap<string, Uint8Array>): string | undefined {
  const auth = parseAuthFile(files.get('.codex/auth.json') ?? new Uint8Array())
  return auth.kind === 'chatgpt' ? auth.refreshToken : undefined
}

/** @returns the status of a broker, or 0 where nobody answers */
async function ask(url: string, handle: string): Promise<number> {
  const body = JSON.stringify({ client_id: 'app', grant_type: 'refresh_token', refresh_token: handle })
  try {
    return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
      .status
  } catch {
    return 0
  }
}
