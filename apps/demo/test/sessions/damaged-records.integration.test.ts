import { readFile, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SessionSummary } from '@x/agents/conversation'
import { processesOf } from '@x/fixtures'
import { expect, test } from 'vitest'
import { openInstallation, Run } from '../demo-program.ts'
import { PageClient } from '../page-client.ts'

const isReady = (id: string) => (sessions: readonly SessionSummary[]) =>
  sessions.some((one) => one.id === id && one.status.state === 'ready')

const appServers = (stateDir: string) =>
  processesOf(stateDir).filter(({ command }) => command.includes('app-server --listen'))

test('a session whose record was cut off is shown as failed, goes on when it is mended, and is ended', async () => {
  await using it = await openInstallation()
  const { page: first, run } = await it.start()
  const page = await PageClient.open(first.url)
  const id = await page.talk('hello', null)
  const record = path.join(it.stateDir, 'tasks', id, 'run/launch.json')
  await expect.poll(() => readFile(record, 'utf8')).toContain('"kept": true')
  const whole = await readFile(record, 'utf8')
  const before = appServers(it.stateDir)
  await run.end('SIGKILL')

  await truncate(record, 20)
  const second = await it.start()
  const [failed] = await page.sessions((all) => all.some((one) => one.status.state === 'failed'))
  expect(failed).toMatchObject({
    id,
    title: 'hello',
    status: { fault: { message: expect.stringContaining(id), remedy: expect.stringContaining(record) } },
  })
  await writeFile(record, whole)
  await page.ask('POST', `/api/sessions/${id}/resume`)
  await page.sessions(isReady(id))
  expect((await page.conversation(id, () => true)).turns).toHaveLength(1)
  expect(appServers(it.stateDir)).toEqual(expect.arrayContaining(before))

  await second.run.end('SIGKILL')
  await truncate(record, 20)
  expect((await it.stop()).sessions).toContain(id)
  expect(appServers(it.stateDir)).toEqual([])
  await writeFile(record, whole)
})

test('a Codex that nobody has a record of is ended; where nobody can tell, the session is named', async () => {
  await using it = await openInstallation()
  const { page: first, run } = await it.start()
  const page = await PageClient.open(first.url)
  const id = await page.talk('hello', null)
  await run.end('SIGKILL')
  await truncate(path.join(it.stateDir, 'tasks', id, 'run/process.json'))

  // Without the tools that look for it.
  const blind = new Run(['stop'], { X_STATE_DIR: it.stateDir, PATH: '/nowhere' })
  const { code, err } = await blind.ended
  expect([code, err]).toEqual([1, expect.stringContaining(`session ${id} could not be ended`)])
  expect(err).toContain('CODEX_HOME=')
  expect(appServers(it.stateDir)).toHaveLength(1)

  expect(await it.stop()).toMatchObject({ sessions: [id], failed: [] })
  expect(appServers(it.stateDir)).toEqual([])
})
