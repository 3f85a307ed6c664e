import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS } from '@x/fixtures'
import { findLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listSessions, removeSession, stopSession } from '../src/session/list-sessions.ts'
import { nextApproval, openWorkshop, until, type Workshop } from './workshop.ts'

describe.each(CODEX_VERSIONS)('the end of a session of Codex %s', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  const runFile = (taskId: string, name: string): string =>
    path.join(workshop.stateDir, 'tasks', taskId, 'run', name)
  const exists = async (file: string): Promise<boolean> =>
    (await stat(file).catch(() => undefined)) !== undefined

  test.each(['idle', 'answering', 'asking', 'running a command', 'not ready'])(
    '%s: leaves nothing behind',
    async (when) => {
      const taskId = `ends-${when.replaceAll(' ', '-')}`
      const session = await workshop.open({ taskId })
      const { conversation } = session
      const turn =
        when === 'idle' || when === 'not ready'
          ? undefined
          : conversation.send(when === 'answering' ? 'slow: 60' : 'run: sleep 60')
      if (when === 'answering')
        await until(conversation, ({ turns }) =>
          turns.at(-1)?.items.some(({ type }) => type === 'agent-message'),
        )
      if (when === 'asking' || when === 'running a command') {
        const approval = await nextApproval(conversation)
        if (when === 'running a command') {
          await conversation.answer(approval.id, 'accept')
          await until(conversation, ({ turns }) => turns.at(-1)?.items.some(({ type }) => type === 'command'))
        }
      }
      if (when === 'idle') await session.ready
      const sockets = path.join(workshop.stateDir, 's')
      const [name = ''] = await readdir(sockets)
      const socket = path.join(sockets, name)
      const target = await realpath(socket)
      expect(await exists(target)).toBe(true)
      const { pid } = JSON.parse(await readFile(runFile(taskId, 'process.json'), 'utf8')) as { pid: number }

      const before = performance.now()
      await Promise.all([session.close(), session.close()])
      expect(performance.now() - before).toBeLessThan(40_000)
      await expect(session.closed).resolves.toEqual({ reason: 'closed' })
      if (turn)
        expect(['interrupted', undefined]).toContain((await turn.result.catch(() => undefined))?.status)
      expect(await exists(`/proc/${String(pid)}`)).toBe(false)
      expect(await exists(target)).toBe(false)
      expect(await readdir(sockets)).toEqual([])
      expect(await exists(runFile(taskId, 'process.json'))).toBe(false)
      const left = await findLeaks(workshop.stateDir)
      expect(left.filter((line) => line.startsWith('process'))).toEqual([])
      await expect(conversation.send('too late').result).rejects.toMatchObject({ code: 'closed' })
    },
  )

  test('from elsewhere: it is told, and the record can go', async () => {
    const { host, stateDir } = workshop
    const place = { host, stateDir }
    const taskId = 'from-elsewhere'
    const session = await workshop.open({ taskId })
    await session.conversation.send('hello').result
    const mine = async (): Promise<unknown> =>
      (await listSessions(place)).filter((one) => one.taskId === taskId)
    expect(await mine()).toMatchObject([
      { alive: true, resumable: true, directory: session.directory, version },
    ])
    await expect(removeSession(taskId, place)).rejects.toMatchObject({ code: 'unrecoverable' })
    expect(await stopSession(taskId, place)).toBe(true)
    expect(await session.closed).toMatchObject({
      reason: 'lost',
      fault: { message: 'the session was ended elsewhere' },
    })
    expect(await stopSession(taskId, place)).toBe(false)
    expect(await mine()).toMatchObject([{ alive: false, resumable: true }])
    await removeSession(taskId, place)
    expect(await mine()).toEqual([])
    await expect(workshop.attach(taskId)).rejects.toMatchObject({ code: 'not-found' })
  })
})
