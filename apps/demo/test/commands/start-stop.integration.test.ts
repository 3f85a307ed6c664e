import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import type { ConversationState, SessionSummary } from '@x/agents/conversation'
import { codexBinary, privateDirectory, processesOf } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { describe, expect, test } from 'vitest'
import { openInstallation, Run } from '../demo-program.ts'
import { PageClient } from '../page-client.ts'

const ready = (sessions: readonly SessionSummary[]) =>
  sessions.length > 0 && sessions.every((session) => session.status.state === 'ready')

const isReady = (sessions: readonly SessionSummary[], id: string) =>
  sessions.some((one) => one.id === id && one.status.state === 'ready')

const appServers = (stateDir: string) =>
  processesOf(stateDir).filter(({ command }) => command.includes('app-server --listen'))

/** The processes that are there to stay, by pid: each Codex, and the offline model. Commands come and go. */
const lasting = (stateDir: string) =>
  processesOf(stateDir)
    .filter(({ command }) => /app-server --listen|main\.js --port \d+ --record/.test(command))
    .map(({ pid }) => pid)

/** What the open approval is about, as the page finds it. */
const askedItem = ({ turns, approvals }: ConversationState) =>
  turns.flatMap(({ items }) => items).find(({ id }) => id === approvals[0]?.itemId)

/** The session that an address leads to. */
const placeOf = ({ url }: { readonly url: string }) =>
  new URLSearchParams(new URL(url).hash.slice(1)).get('s')

/** Nobody listens there: the discard port of a machine without that service. */
const NO_REGISTRY = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }

/** Listens on a port until it is disposed. */
async function occupy(port: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: bound } = server.address() as { port: number }
  return { port: bound, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}

describe('start and stop with the real Codex', () => {
  test('a conversation outlives the page, its killer and its end', async () => {
    const it = await openInstallation()
    const first = await it.start()
    expect(first.page).toMatchObject({ started: true, pid: first.run.child.pid })
    const { broker } = await it.readJson('demo/ports.json')
    expect(broker).toEqual(expect.any(Number))
    const page = await PageClient.open(first.page.url)
    const [session] = await page.sessions(ready)
    expect(session).toMatchObject({
      title: 'New session',
      status: { state: 'ready', turn: 'idle', needsYou: 0 },
    })
    const id = session!.id
    const sent = await page.ask('POST', `/api/sessions/${id}/messages`, {
      text: 'run: touch hello.txt',
      clientId: 'c1',
    })
    expect(sent).toMatchObject({ status: 202, body: { turnId: expect.any(String) } })
    const asking = await page.conversation(id, (state) => state.approvals.length === 1)
    expect(askedItem(asking)).toMatchObject({ type: 'command', status: 'running' })
    await page.sessions(([one]) => one?.status.state === 'ready' && one.status.needsYou === 1)

    // The page is killed in the middle of a turn that waits for a person.
    expect(await first.run.end('SIGKILL')).toBeNull()
    const second = await it.start()
    expect(second.page).toMatchObject({ started: true, port: first.page.port })
    expect(await it.readJson('demo/ports.json')).toMatchObject({ broker })
    const [found] = await page.sessions(ready)
    expect(found).toMatchObject({ id, title: 'run: touch hello.txt' })
    const still = await page.conversation(id, (state) => state.approvals.length === 1)
    expect(still.threadId).toBe(asking.threadId)
    expect(askedItem(still)).toMatchObject({ type: 'command', status: 'running' })
    const approval = encodeURIComponent(still.approvals[0]!.id)
    const answered = await page.ask('POST', `/api/sessions/${id}/approvals/${approval}`, {
      decision: 'accept',
    })
    expect(answered).toEqual({ status: 200, body: { open: true } })
    const done = await page.conversation(id, (state) => state.turns.at(-1)?.status === 'completed')
    expect(done.turns).toHaveLength(1)
    expect(existsSync(path.join(found!.directory, 'hello.txt'))).toBe(true)

    const third = await it.start()
    expect(third.page).toMatchObject({ started: false, port: first.page.port, pid: second.page.pid })
    expect((await third.run.ended).code).toBe(0)
    expect(await PageClient.open(third.page.url)).toBeInstanceOf(PageClient)

    expect(await second.run.end('SIGINT')).toBe(130)
    expect(existsSync(path.join(it.stateDir, 'demo/instance.json'))).toBe(false)
    expect(await it.stop()).toEqual({ server: false, sessions: [id], model: true, failed: [] })
    expect(await readdir(path.join(it.stateDir, 's'))).toEqual([])
    expect(await it.stop()).toEqual({ server: false, sessions: [], model: false, failed: [] })

    // What was stopped is taken up again.
    const fourth = await it.start()
    await page.sessions(ready)
    const again = await page.conversation(id, () => true)
    expect(again.turns.map((turn) => turn.status)).toEqual(['completed'])
    expect(await it.stop()).toEqual({ server: true, sessions: [id], model: true, failed: [] })
    expect((await fourth.run.ended).code).toBe(0)
    await it[Symbol.asyncDispose]()
    await expectNoLeaks({ within: it.stateDir })
  })

  test('of two that start at once one serves, and both show the same page', async () => {
    await using it = await openInstallation()
    const [one, other] = await Promise.all([it.start(), it.start()])
    expect([one.page.started, other.page.started].sort()).toEqual([false, true])
    expect(one.page.port).toBe(other.page.port)
    const guest = one.page.started ? other : one
    expect((await guest.run.ended).code).toBe(0)
    await PageClient.open(guest.page.url)
    expect(
      await (await PageClient.open(one.page.started ? one.page.url : other.page.url)).sessions(ready),
    ).toHaveLength(1)
  })

  test('a person’s directory is worked in, and left when its session is ended', async () => {
    await using it = await openInstallation()
    await using code = await privateDirectory()
    await writeFile(path.join(code.path, 'kept.txt'), 'mine')
    const { page } = await it.start('--dir', code.path)
    const client = await PageClient.open(page.url)
    const [session] = await client.sessions(ready)
    expect(session).toMatchObject({ directory: code.path, title: path.basename(code.path) })
    expect((await client.ask('GET', '/api/sessions')).body).toMatchObject({
      defaults: { directory: code.path },
    })
    // The same directory again is the same session; another one is another. Each address leads to its own.
    expect(placeOf(page)).toBe(session!.id)
    const again = await it.start('--dir', code.path)
    expect(placeOf(again.page)).toBe(session!.id)
    await again.run.ended
    await using elsewhere = await privateDirectory()
    const other = await it.start('--dir', elsewhere.path)
    await other.run.ended
    const both = await client.sessions((all) => all.length === 2 && ready(all))
    expect(both.map((one) => one.directory)).toEqual([elsewhere.path, code.path])
    expect(placeOf(other.page)).toBe(both[0]?.id)
    const plain = await it.start()
    expect(placeOf(plain.page)).toBeNull()
    await plain.run.ended
    expect((await client.ask('DELETE', `/api/sessions/${session!.id}`)).status).toBe(204)
    expect(await readdir(path.join(it.stateDir, 'tasks'))).toHaveLength(1)
    expect(await readFile(path.join(code.path, 'kept.txt'), 'utf8')).toBe('mine')
    const refused = await client.ask('POST', '/api/sessions', { directory: '/nowhere/at/all' })
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'session-refused' } } })
  })

  test('after a stop the last conversation comes by itself, the others when somebody asks', async () => {
    await using it = await openInstallation()
    await using code = await privateDirectory()
    await writeFile(path.join(code.path, 'kept.txt'), 'mine')
    const { page: first } = await it.start()
    const page = await PageClient.open(first.url)
    const older = await page.talk('hello there', null)
    const coder = await page.talk('help', code.path)
    const last = await page.talk('what is the last one?', null)
    const unused = await page.create(code.path)
    const touched = await page.create(null)
    const all = await page.sessions((sessions) => sessions.length === 6 && ready(sessions))
    await writeFile(path.join(all.find(({ id }) => id === touched)!.directory, 'notes'), 'by hand')
    await it.stop()

    await it.start()
    const found = await page.sessions((sessions) => sessions.some(({ status }) => status.state === 'ready'))
    expect(found.map(({ id, title, status }) => [id, title, status.state])).toEqual([
      [touched, 'New session', 'ended'],
      [last, 'what is the last one?', 'ready'],
      [coder, 'help', 'ended'],
      [older, 'hello there', 'ended'],
    ])
    expect(appServers(it.stateDir)).toHaveLength(1)
    expect(await readdir(path.join(it.stateDir, 'tasks'))).not.toContain(unused)
    expect(await readFile(path.join(code.path, 'kept.txt'), 'utf8')).toBe('mine')

    const resume = async (id: string) => (await page.ask('POST', `/api/sessions/${id}/resume`)).status
    expect([await resume(older), await resume(older), await resume(last)]).toEqual([202, 202, 202])
    expect(await resume('none')).toBe(404)
    await page.sessions((sessions) => isReady(sessions, older))
    const turns = (await page.conversation(older, () => true)).turns
    expect(turns.map(({ status }) => status)).toEqual(['completed'])
    expect(appServers(it.stateDir)).toHaveLength(2)

    // A directory that is named leads to what was said in it.
    const { page: named, run } = await it.start('--dir', code.path)
    expect(placeOf(named)).toBe(coder)
    await run.ended
    await page.sessions((sessions) => isReady(sessions, coder))
    expect(await page.ask('DELETE', `/api/sessions/${touched}`)).toMatchObject({ status: 204 })
  })

  test('a session that was never spoken to comes again where there is nothing else', async () => {
    await using it = await openInstallation()
    const { page: first } = await it.start()
    const page = await PageClient.open(first.url)
    const [older] = await page.sessions(ready)
    const newer = await page.create(null)
    await page.sessions((all) => all.length === 2 && ready(all))
    await it.stop()
    await it.start()
    expect((await page.sessions(ready)).map(({ id }) => id)).toEqual([newer])
    expect(await readdir(path.join(it.stateDir, 'tasks'))).not.toContain(older!.id)
  })

  test('what runs is taken up again, spoken to or not', async () => {
    await using it = await openInstallation()
    const { page: first, run } = await it.start()
    const page = await PageClient.open(first.url)
    await page.create(null)
    await page.sessions((all) => all.length === 2 && ready(all))
    await run.end('SIGKILL')
    await it.start()
    expect(await page.sessions((all) => all.length === 2 && ready(all))).toHaveLength(2)
    expect(appServers(it.stateDir)).toHaveLength(2)
  })

  test('a session that can’t be found again stops nobody, is tried again, and can be removed', async () => {
    await using it = await openInstallation()
    const first = await it.start()
    const page = await PageClient.open(first.page.url)
    await page.sessions(ready)
    const whole = await page.talk('hello', null)
    const broken = await page.talk('hello again', null)
    await it.stop()
    const file = path.join(it.stateDir, `tasks/${broken}/run/launch.json`)
    const record = await readFile(file, 'utf8')
    await writeFile(file, JSON.stringify({ ...(JSON.parse(record) as object), binary: '/nowhere/codex' }))
    await it.start()
    const failed = (id: string) => (all: readonly SessionSummary[]) =>
      all.some((one) => one.id === id && one.status.state === 'failed')
    const sessions = await page.sessions(failed(broken))
    expect(sessions.map(({ id, status }) => [id, status.state])).toEqual([
      [broken, 'failed'],
      [whole, 'ended'],
    ])
    expect(sessions[0]).toMatchObject({
      title: 'hello again',
      status: { fault: { message: expect.any(String), remedy: expect.any(String) } },
    })
    await page.ask('POST', `/api/sessions/${whole}/resume`)
    await page.sessions((all) => isReady(all, whole))
    await writeFile(file, record)
    expect((await page.ask('POST', `/api/sessions/${broken}/resume`)).status).toBe(202)
    await page.sessions((all) => isReady(all, broken))
    expect((await page.conversation(broken, () => true)).turns).toHaveLength(1)
    expect((await page.ask('DELETE', `/api/sessions/${broken}`)).status).toBe(204)
    expect(await page.sessions((all) => all.length === 1)).toMatchObject([{ id: whole }])
  })

  test('a session that never came about is tried again as it was asked for', async () => {
    await using code = await privateDirectory()
    await using cache = await privateDirectory()
    await using it = await openInstallation({ X_CACHE_DIR: cache.path, ...NO_REGISTRY })
    const { page: first } = await it.start('--dir', code.path)
    const page = await PageClient.open(first.url)
    const [session] = await page.sessions(([one]) => one?.status.state === 'failed')
    const installed = path.dirname(path.dirname(codexBinary()))
    await symlink(installed, path.join(cache.path, 'codex', path.basename(installed)))
    expect((await page.ask('POST', `/api/sessions/${session!.id}/resume`)).status).toBe(202)
    const [again] = await page.sessions(ready)
    expect(again).toMatchObject({ id: session!.id, directory: code.path })
  })
})

describe('a start that fails leaves nothing running', () => {
  test('when its port is taken', async () => {
    await using it = await openInstallation()
    await using squatter = await occupy(0)
    expect((await it.run('start', '--no-open', '--port', String(squatter.port)).ended).code).toBe(1)
    expect(processesOf(it.stateDir)).toEqual([])
  })

  test('of what it began itself; what ran before goes on', async () => {
    await using it = await openInstallation()
    // Where the record of the page should be written, nothing can be.
    const spoil = () => mkdir(path.join(it.stateDir, 'demo/instance.json/taken'), { recursive: true })
    await spoil()
    const { code, err } = await it.run('start', '--no-open').ended
    expect([code, err.split('\n').length]).toEqual([1, 2])
    expect(processesOf(it.stateDir)).toEqual([])

    const first = await it.start()
    const page = await PageClient.open(first.page.url)
    const [running] = await page.sessions(ready)
    await first.run.end('SIGKILL')
    const before = lasting(it.stateDir)
    expect(before).toHaveLength(2)
    await rm(path.join(it.stateDir, 'demo/instance.json'))
    await spoil()
    await using code2 = await privateDirectory()
    expect((await it.run('start', '--no-open', '--dir', code2.path).ended).code).toBe(1)
    expect(lasting(it.stateDir)).toEqual(before)
    await it.start()
    expect((await page.sessions(ready)).map(({ id }) => id)).toEqual([running!.id])
  })
})

describe('ports', () => {
  test('one that was asked for and is taken is an error with a remedy', async () => {
    await using it = await openInstallation()
    await using squatter = await occupy(0)
    const { code, out, err } = await it.run('start', '--no-open', '--port', String(squatter.port)).ended
    expect(code).toBe(1)
    expect(out).not.toContain('http://')
    expect(err).toBe(
      `x: port ${squatter.port} is taken by another program\n   End the program that listens there, or choose another port with --port.\n`,
    )
    expect(await it.stop()).toMatchObject({ server: false, model: false })
  })

  test('one that was used before and is taken gives way, and says so', async () => {
    await using it = await openInstallation()
    const { page } = await it.start()
    await it.stop()
    const { model } = await it.readJson('demo/ports.json')
    await using _page = await occupy(page.port)
    await using _model = await occupy(model as number)
    const again = it.run('start', '--no-open')
    const said = [await again.line(), await again.line(), await again.line(), await again.line()].join('\n')
    expect(said).toContain(`port ${page.port} is taken by another program`)
    expect(said).toContain(`port ${String(model)} of the offline model is taken`)
    const ports = await it.readJson('demo/ports.json')
    expect(ports['page']).not.toBe(page.port)
    expect(said).toContain(`http://127.0.0.1:${String(ports['page'])}/#token=`)
    expect(await again.end('SIGTERM')).toBe(0)
  })
})

describe('what can’t be done is one message', () => {
  test.each([
    ['a state directory under /tmp', { X_STATE_DIR: '/tmp/x-state' }, ['start'], '/tmp'],
    [
      'a state directory that can’t be made',
      { X_STATE_DIR: '/etc/hostname/x' },
      ['start'],
      '/etc/hostname/x',
    ],
    ['a wrong variable', { X_MODEL_BASE_URL: 'nonsense' }, ['start'], 'X_MODEL_BASE_URL'],
    ['an unknown version', {}, ['provision', '1.0.0'], '1.0.0'],
    ['a directory that is not there', {}, ['start', '--dir', '/nowhere/at/all'], '/nowhere/at/all'],
  ])('%s', async (_name, env, args, mentioned) => {
    await using directory = await privateDirectory()
    const { code, err } = await new Run(args, { X_STATE_DIR: path.join(directory.path, 's'), ...env }).ended
    expect(code).toBe(1)
    expect(err).toContain(mentioned)
    expect(err).not.toMatch(/\n\s+at |node:/)
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
  })

  test('a state directory that is too long for sockets', async () => {
    await using directory = await privateDirectory()
    const stateDir = path.join(directory.path, 'a'.repeat(100))
    const { code, err } = await new Run(['start', '--no-open'], { X_STATE_DIR: stateDir }).ended
    expect([code, err.trimEnd().split('\n')]).toEqual([
      1,
      [expect.stringContaining('83 bytes'), expect.stringContaining('X_STATE_DIR')],
    ])
  })

  test('a directory in the place of a record; nonsense in it is as good as none', async () => {
    await using it = await openInstallation()
    const ports = path.join(it.stateDir, 'demo/ports.json')
    await mkdir(ports, { recursive: true })
    const { code, err } = await it.run('start', '--no-open').ended
    expect([code, err.trimEnd().split('\n')]).toEqual([
      1,
      [expect.stringContaining(ports), expect.stringContaining('Move it away')],
    ])
    await rm(ports, { recursive: true })
    await writeFile(ports, '{"page":"nonsense","model":-1}')
    expect((await it.start()).page).toMatchObject({ started: true })
  })

  test('wrong usage is 2, help is 0', async () => {
    expect(await new Run(['dance'], {}).ended).toMatchObject({
      code: 2,
      err: expect.stringContaining('usage:'),
    })
    expect(await new Run(['--help'], {}).ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('usage:'),
    })
  })

  test('help loads no driver of a store', async () => {
    const says = `import { createRequire } from 'node:module'; process.on('exit', () => process.stderr.write([...Object.keys(createRequire('/any.js').cache), ...process.moduleLoadList].join('\\n')))`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(says)}`
    const { code, err } = await new Run(['--help'], { NODE_OPTIONS }).ended
    expect(code).toBe(0)
    // The SSH client is one that is loaded, so that it is sure that something is seen.
    expect(err).toContain('/ssh2/')
    expect(err).not.toMatch(/mongodb|sqlite/)
  })
})
