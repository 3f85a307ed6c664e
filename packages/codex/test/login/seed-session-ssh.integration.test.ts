import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { codexBinary, openSshd, privateDirectory } from '@x/fixtures'
import { openSshHost } from '@x/host/ssh'
import { openResponsesServer } from '@x/responses'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import { NEWEST_CODEX } from '../../src/provision/releases.ts'
import { attachSession } from '../../src/session/attach-session.ts'
import { openSession } from '../../src/session/open-session.ts'
import { until } from '../workshop.ts'
import { openStoredLogins, OWNER } from './stored-logins.ts'

const run = promisify(execFile)

afterAll(() => expectNoLeaks())

test(
  'a session behind SSH renews through a forward, which comes back after a cut and with another process',
  { timeout: 240_000 },
  async () => {
    await using directory = await privateDirectory()
    await using stored = await openStoredLogins(directory.path)
    await using sshd = await openSshd()
    await using model = await openResponsesServer({ apiKey: stored.accepts })
    const there = path.join(sshd.directory, 'codex')
    // What is on this machine the worker's account may not read.
    await run('cp', ['-a', path.dirname(path.dirname(codexBinary(NEWEST_CODEX))), there])
    const { login, seedId } = await stored.capture()
    const completed = { status: 'completed' }
    const taskId = 'far'
    await using host = await openSshHost(sshd.target, sshd.options)
    const ours = await stored.orchestrator()
    const session = await openSession({
      host,
      version: NEWEST_CODEX,
      taskId,
      binary: path.join(there, 'bin/codex'),
      login: ours.logins.use({ seedId }, { modelBaseUrl: model.url }),
    })
    const { conversation } = session
    expect(await conversation.send('hello').result).toMatchObject(completed)
    stored.expire(login)
    expect(await conversation.send('renewed').result).toMatchObject(completed)

    sshd.cut()
    await until(conversation, ({ link }) => link.state === 'reconnecting')
    await until(conversation, ({ link }) => link.state === 'live')
    stored.expire(login)
    expect(await conversation.send('renewed after a cut').result).toMatchObject(completed)
    const paths = taskPaths(`${sshd.home}/.local/state/x`, taskId)
    const everything = await host.exec(['grep', '-raho', '[rx][th]_[A-Za-z0-9_-]\\{32\\}', paths.root])
    expect(everything.stdout).toMatch(/xh_/)
    expect(everything.stdout).not.toMatch(/rt_/)
    await session.detach()
    await ours[Symbol.asyncDispose]()

    await using other = await openSshHost(sshd.target, sshd.options)
    await using theirs = await stored.orchestrator()
    const again = await attachSession(taskId, { host: other, logins: theirs.logins })
    stored.expire(login)
    expect(await again.conversation.send('renewed by another').result).toMatchObject(completed)
    await again.close()
    expect(await other.files.stat(path.join(paths.codexHome, 'auth.json'))).toBeUndefined()
    expect((await stored.seeds.get({ owner: OWNER, seedId })).sessions).toEqual([])
    expect(stored.endpoint.commitsOf(login.family)).toBeGreaterThanOrEqual(3)
    expect(stored.endpoint.ledger.every(({ outcome }) => outcome === 'committed')).toBe(true)
  },
)

test('a server that forbids forwards has no brokered logins, and says so', async () => {
  await using directory = await privateDirectory()
  await using stored = await openStoredLogins(directory.path)
  await using sshd = await openSshd({ forwarding: false })
  await using host = await openSshHost(sshd.target, sshd.options)
  await using ours = await stored.orchestrator()
  const { seedId } = await stored.capture()
  const paths = taskPaths(`${sshd.home}/.local/state/x`, 'forbidden')
  await expect(ours.logins.use({ seedId }).begin({ host, taskId: 'forbidden', paths })).rejects.toMatchObject(
    {
      code: 'login',
      remedy: expect.stringContaining('planted') as string,
    },
  )
  expect((await stored.seeds.get({ owner: OWNER, seedId })).sessions).toEqual([])
})
