import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS, processesOf } from '@x/fixtures'
import type { Host } from '@x/host'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskPaths, type TaskPaths } from '../src/home/task-paths.ts'
import { listSessions, removeSession, stopSession } from '../src/session/list-sessions.ts'
import { hostWith } from './host-with.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

describe.each(CODEX_VERSIONS)('damaged records of Codex %s', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  const appServers = (): number[] =>
    processesOf(workshop.stateDir)
      .filter(({ command }) => command.includes('app-server --listen'))
      .map(({ pid }) => pid)

  /** A session that was spoken to, runs, and has nobody attached. */
  async function leave(taskId: string): Promise<TaskPaths> {
    const session = await workshop.open({ taskId })
    await session.conversation.send('hello').result
    const paths = taskPaths(workshop.stateDir, taskId)
    // The last that the session writes down of itself.
    await expect.poll(() => readFile(paths.launchRecord, 'utf8')).toContain('"kept": true')
    await session.detach()
    return paths
  }

  const listed = async (taskId: string): Promise<unknown> =>
    (await listSessions(workshop)).find((one) => one.taskId === taskId)

  const sockets = (): Promise<string[]> => readdir(path.join(workshop.stateDir, 's'))

  test.each([
    ['cut off', (text: string) => text.slice(0, 20)],
    ['of a later schema', (text: string) => text.replace('"schema": 1', '"schema": 2')],
    ['of another session', (text: string) => text.replace('"taskId": "', '"taskId": "not-')],
  ])('a launch record that is %s: it is listed with a fault, stopped and removed', async (what, damage) => {
    const taskId = `launch-${what.replaceAll(' ', '-')}`
    const paths = await leave(taskId)
    await writeFile(paths.launchRecord, damage(await readFile(paths.launchRecord, 'utf8')))
    const fault = {
      message: expect.stringContaining(taskId) as string,
      remedy: expect.stringContaining(paths.launchRecord) as string,
    }
    expect(await listed(taskId)).toMatchObject({ alive: true, resumable: false, fault })
    await expect(workshop.attach(taskId)).rejects.toMatchObject({
      name: 'SessionError',
      code: 'unrecoverable',
    })
    await expect(workshop.open({ taskId })).rejects.toMatchObject({ code: 'unrecoverable' })
    expect(await stopSession(taskId, workshop)).toBe(true)
    expect(appServers()).toEqual([])
    expect(await listed(taskId)).toMatchObject({ alive: false, fault })
    await removeSession(taskId, workshop)
    expect(await listed(taskId)).toBeUndefined()
  })

  test('no launch record: it is listed while its Codex runs', async () => {
    const paths = await leave('launch-missing')
    await rm(paths.launchRecord)
    expect(await listed('launch-missing')).toMatchObject({ alive: true, fault: {} })
    expect(await stopSession('launch-missing', workshop)).toBe(true)
    expect(appServers()).toEqual([])
    expect(await listed('launch-missing')).toBeUndefined()
  })

  test.each(['emptied', 'removed'])(
    'a process record that was %s: the same Codex is taken up',
    async (how) => {
      const taskId = `process-${how}`
      const paths = await leave(taskId)
      const before = appServers()
      expect(before).toHaveLength(1)
      await (how === 'emptied' ? writeFile(paths.processRecord, '') : rm(paths.processRecord))
      expect(await listed(taskId)).toMatchObject({ alive: true, resumable: true })
      const session = await workshop.attach(taskId)
      expect(appServers()).toEqual(before)
      expect(await session.conversation.send('hello again').result).toMatchObject({ status: 'completed' })
      await session.close()
      expect(appServers()).toEqual([])
    },
  )

  test('both at once, and even with no socket: it is stopped, and nobody else is', async () => {
    const [paths, other] = [await leave('both'), await leave('both-too')]
    const { pid } = JSON.parse(await readFile(other.processRecord, 'utf8')) as { pid: number }
    await writeFile(paths.launchRecord, '')
    await rm(paths.processRecord)
    await rm(paths.socket)
    expect(await stopSession('both', workshop)).toBe(true)
    expect(appServers()).toEqual([pid])
    expect(await stopSession('both-too', workshop)).toBe(true)
  })

  test('where nobody can tell what runs, that is said, and nothing more is started', async () => {
    const taskId = 'untold'
    const paths = await leave(taskId)
    const [codex] = appServers()
    await writeFile(paths.processRecord, '')
    const { host, stateDir } = workshop
    const exec: Host['exec'] = (argv, options) => host.exec(argv, { ...options, env: { PATH: stateDir } })
    const blind = { host: hostWith(host, { exec }), stateDir }
    const untold = { code: 'unrecoverable', message: expect.stringContaining(taskId) as string }
    await expect(stopSession(taskId, blind)).rejects.toMatchObject(untold)
    await expect(workshop.attach(taskId, blind)).rejects.toMatchObject(untold)
    expect(await listSessions(blind)).toContainEqual(
      expect.objectContaining({
        taskId,
        fault: expect.objectContaining({ message: untold.message }) as object,
      }),
    )
    expect(appServers()).toEqual([codex])
    expect(await stopSession(taskId, workshop)).toBe(true)
    expect(appServers()).toEqual([])
  })

  test('a command of the agent that looks like its Codex is not taken for it', async () => {
    const taskId = 'looks-alike'
    const paths = await leave(taskId)
    const [codex] = appServers()
    const session = await workshop.attach(taskId)
    session.conversation.onApproval(({ id }) => void session.conversation.answer(id, 'accept'))
    const call = `exec -a codex sh -c 'echo up >up; sleep 60' app-server --listen unix://${paths.socket}`
    const turn = session.conversation.send(`run: bash -c "${call}"`)
    turn.result.catch(() => undefined)
    await expect.poll(() => stat(path.join(paths.work, 'up')).catch(() => undefined)).toBeDefined()
    expect(appServers().length).toBeGreaterThan(1)
    await session.detach()
    await writeFile(paths.processRecord, '')
    expect(await listed(taskId)).toMatchObject({ alive: true })
    expect(JSON.parse(await readFile(paths.processRecord, 'utf8'))).toMatchObject({ pid: codex })
    expect(await stopSession(taskId, workshop)).toBe(true)
    expect(appServers()).toEqual([])
  })

  test('a session whose Codex was killed leaves no socket when it is removed', async () => {
    const taskId = 'killed'
    const paths = await leave(taskId)
    const target = await workshop.host.files.realPath(paths.socket)
    const codex = await workshop.host.adopt(paths.processRecord)
    await codex.signal('SIGKILL')
    await codex.waitForExit()
    expect(await sockets()).toContain(path.basename(paths.socket))
    await removeSession(taskId, workshop)
    expect(await sockets()).not.toContain(path.basename(paths.socket))
    expect(await stat(target).catch(() => undefined)).toBeUndefined()
  })
})
