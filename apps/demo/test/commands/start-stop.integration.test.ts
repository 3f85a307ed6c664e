import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import type { SessionSummary } from '@x/agents/conversation'
import { privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { describe, expect, test } from 'vitest'
import { openInstallation, Run } from '../demo-program.ts'
import { PageClient } from '../page-client.ts'

const ready = (sessions: readonly SessionSummary[]) =>
  sessions.length > 0 && sessions.every((session) => session.status.state === 'ready')

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
    await page.sessions(([one]) => one?.status.state === 'ready' && one.status.needsYou === 1)

    // The page is killed in the middle of a turn that waits for a person.
    expect(await first.run.end('SIGKILL')).toBeNull()
    const second = await it.start()
    expect(second.page).toMatchObject({ started: true, port: first.page.port })
    const [found] = await page.sessions(ready)
    expect(found).toMatchObject({ id, title: 'run: touch hello.txt' })
    const still = await page.conversation(id, (state) => state.approvals.length === 1)
    expect(still.threadId).toBe(asking.threadId)
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
    // The same directory again is the same session; another one is another.
    await (
      await it.start('--dir', code.path)
    ).run.ended
    await mkdir(path.join(code.path, 'other'))
    await (
      await it.start('--dir', path.join(code.path, 'other'))
    ).run.ended
    expect(
      (await client.sessions((all) => all.length === 2 && ready(all))).map((one) => one.directory).sort(),
    ).toEqual([code.path, path.join(code.path, 'other')])
    expect((await client.ask('DELETE', `/api/sessions/${session!.id}`)).status).toBe(204)
    expect(await readdir(path.join(it.stateDir, 'tasks'))).toHaveLength(1)
    expect(await readFile(path.join(code.path, 'kept.txt'), 'utf8')).toBe('mine')
    const refused = await client.ask('POST', '/api/sessions', { directory: '/nowhere/at/all' })
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'session-refused' } } })
  })

  test('a session that can’t be found again stops nobody, and can be removed', async () => {
    await using it = await openInstallation()
    const first = await it.start()
    const page = await PageClient.open(first.page.url)
    const [broken] = await page.sessions(ready)
    await page.ask('POST', '/api/sessions', { directory: null })
    await page.sessions((all) => all.length === 2 && ready(all))
    await it.stop()
    const file = `tasks/${broken!.id}/run/launch.json`
    const record = { ...(await it.readJson(file)), binary: '/nowhere/codex' }
    await writeFile(path.join(it.stateDir, file), JSON.stringify(record))
    await it.start()
    const sessions = await page.sessions((all) => all.every((one) => one.status.state !== 'starting'))
    expect(sessions.map((one) => [one.id === broken!.id, one.status.state])).toEqual([
      [false, 'ready'],
      [true, 'failed'],
    ])
    expect(sessions[1]?.status).toMatchObject({
      fault: { message: expect.any(String), remedy: expect.any(String) },
    })
    expect((await page.ask('DELETE', `/api/sessions/${broken!.id}`)).status).toBe(204)
    expect(await page.sessions((all) => all.length === 1)).toMatchObject([{ status: { state: 'ready' } }])
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
})
