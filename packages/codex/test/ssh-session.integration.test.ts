import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { CODEX_VERSIONS, codexBinary, openSshd, type SshdFixture } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { openSshHost, type SshHost } from '@x/host/ssh'
import { openResponsesServer, type ResponsesServer } from '@x/responses'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { provisionCodex } from '../src/provision/provision-codex.ts'
import { attachSession } from '../src/session/attach-session.ts'
import { openSession } from '../src/session/open-session.ts'
import type { Session } from '../src/session/session.ts'
import { hostWith } from './host-with.ts'
import { sitDown } from './terminal/person.ts'
import { until } from './workshop.ts'

const run = promisify(execFile)

let sshd: SshdFixture
let model: ResponsesServer
let host: SshHost

beforeAll(async () => {
  sshd = await openSshd()
  model = await openResponsesServer()
  host = await openSshHost(sshd.target, sshd.options)
})
afterAll(async () => {
  await host.close()
  await sshd[Symbol.asyncDispose]()
  await model.close()
  await expectNoLeaks()
})

describe.each(CODEX_VERSIONS)('Codex %s on a worker behind SSH', (version) => {
  let session: Session

  beforeAll(async () => {
    // What is on this machine the worker's account may not read.
    const there = path.join(sshd.directory, version)
    await run('cp', ['-a', path.dirname(path.dirname(codexBinary(version))), there])
    session = await openSession({
      host,
      version,
      taskId: `on-worker-${version}`,
      binary: path.join(there, 'bin/codex'),
      login: { endpoint: { baseUrl: model.url } },
    })
    await session.ready
  })
  afterAll(async () => {
    await session.close()
  })

  test('works in a directory of the worker, as its account', async () => {
    expect(session.directory).toBe(`${sshd.home}/.local/state/x/tasks/on-worker-${version}/work`)
    const { conversation } = session
    using _answering = conversation.onApproval(({ id }) => void conversation.answer(id, 'accept'))
    const { text } = await conversation.send('run: id -un; pwd; echo made > made').result
    if (process.getuid?.() === 0) expect(text).toContain(sshd.user)
    expect(text).toContain(session.directory)
    expect(await host.files.readText(`${session.directory}/made`)).toBe('made\n')
  })

  test('goes on when the connection breaks in the middle of an answer', async () => {
    const { conversation } = session
    const turn = conversation.send('slow: 3')
    await until(conversation, ({ turns }) =>
      turns.at(-1)?.items.some((item) => item.type === 'agent-message' && item.text.length > 20),
    )
    sshd.cut()
    await until(conversation, ({ link }) => link.state === 'reconnecting')
    expect(await turn.result).toMatchObject({ status: 'completed' })
    await until(conversation, ({ link }) => link.state === 'live')
    const said = conversation.state.turns.at(-1)?.items.filter((item) => item.type === 'agent-message')
    expect(said).toHaveLength(1)
    expect(said?.[0]).toMatchObject({
      phase: 'done',
      text: expect.stringMatching(/^# A slow answer[\s\S]*That was the slow answer\.\n$/) as unknown,
    })
  })

  test('shows its own terminal', async () => {
    await using terminal = await session.openTerminal({ columns: 100, rows: 40 })
    using person = sitDown(terminal)
    await person.sees(/That was the slow answer/)
  })

  test('is taken up by another connection while a turn runs', async () => {
    const turn = session.conversation.send('slow: 3')
    const turnId = await turn.turnId
    await session.detach()
    await using other = await openSshHost(sshd.target, sshd.options)
    const again = await attachSession(session.taskId, { host: other })
    const ended = await until(again.conversation, ({ turns }) =>
      turns.at(-1)?.status === 'completed' ? turns.at(-1) : undefined,
    )
    expect(ended.id).toBe(turnId)
    await again.close()
    session = await attachSession(session.taskId, { host })
    expect(session.conversation.state.turns.map(({ id }) => id)).toContain(turnId)
  })
})

test('a session runs on a worker whose server forbids every forward', async () => {
  await using closed = await openSshd({ forwarding: false })
  await using worker = await openSshHost(closed.target, closed.options)
  const [version] = CODEX_VERSIONS
  const there = path.join(closed.directory, version)
  await run('cp', ['-a', path.dirname(path.dirname(codexBinary(version))), there])
  await expect(worker.forward({ from: 'worker', to: { port: 9 } })).rejects.toMatchObject({
    code: 'unsupported',
  })
  await using session = await openSession({
    host: worker,
    version,
    binary: path.join(there, 'bin/codex'),
    login: { endpoint: { baseUrl: model.url } },
  })
  await session.ready
  expect(await session.conversation.send('hello').result).toMatchObject({ status: 'completed' })
})

test('a worker without npm gets Codex from this machine', async () => {
  await using here = await openLocalHost()
  const withoutNpm: Host = hostWith(host, {
    exec: (argv, options) =>
      argv[0] === 'npm' ? host.exec(['no-such-npm'], options) : host.exec(argv, options),
  })
  const told: string[] = []
  const { binary } = await provisionCodex({
    host: withoutNpm,
    source: here,
    cacheDir: `${sshd.home}/uploaded`,
    onProgress: ({ doing }) => void told.push(doing.replace(/ .*/, '')),
  })
  expect((await host.exec([binary, '--version'])).stdout).toMatch(/^codex-cli /)
  expect([...new Set(told)]).toEqual(['Fetching', 'Checking', 'Uploading', 'Unpacking'])
  await expect(provisionCodex({ host: withoutNpm, cacheDir: `${sshd.home}/other` })).rejects.toMatchObject({
    code: 'provision',
  })
})
