import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS, processesOf } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Session } from '../../src/session/session.ts'
import { callingModel, runCommand } from '../calling-model.ts'
import { nextApproval, openWorkshop, until, type Workshop } from '../workshop.ts'
import { sitDown } from './person.ts'

const SIZE = { columns: 100, rows: 30 }

function tuisOf(workshop: Workshop): readonly number[] {
  return processesOf(workshop.stateDir)
    .filter(({ command }) => command.includes(' resume '))
    .map(({ pid }) => pid)
}

/** Between fork and exec a process is not yet the program. */
async function theTui(workshop: Workshop): Promise<number> {
  const pids = await vi.waitUntil(
    () => {
      const found = tuisOf(workshop)
      return found.length > 0 && found
    },
    { timeout: 50_000 },
  )
  expect(pids).toHaveLength(1)
  return Number(pids[0])
}

async function said(session: Session, text: string): Promise<void> {
  await until(session.conversation, ({ turns }) =>
    turns.some(
      (turn) =>
        turn.status === 'completed' &&
        turn.items.some((item) => item.type === 'user-message' && item.text === text),
    ),
  )
}

/** False when the TUI gave up: on a busy machine 0.169.0 ends on its way from one of these screens to the next. */
async function logsIn(session: Session, version: string): Promise<boolean> {
  using person = sitDown(await session.openTerminal(SIZE))
  await person.sees(/Sign in with ChatGPT/)
  try {
    if (version === '0.142.5') await person.presses('3', /Paste or type your API key/)
    else {
      await person.presses('3', /^(?![^]*Device Code)[^]*Use an OpenAI API key/)
      await person.presses('\r', /Paste or type your API key/)
    }
    await person.types('sk-typed-by-a-person')
    await person.sees(/gpt-\d/i)
    return true
  } catch (error) {
    if (!person.screen().includes('timed out discarding buffered terminal input')) throw error
    return false
  }
}

describe.each(CODEX_VERSIONS)('the terminal of a session of Codex %s', (version) => {
  let workshop: Workshop
  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  test('the first message can be typed in it, and survives the app-server', async () => {
    const session = await workshop.open({ taskId: 'typed' })
    const { threadId } = session.conversation.state
    const terminal = await session.openTerminal(SIZE)
    using person = sitDown(terminal)
    await person.sees(/gpt-5\.5/i)
    await person.types('hello from the terminal')
    await person.sees(/“hello from the terminal”/)
    await said(session, 'hello from the terminal')
    const detached = session.detach()
    await terminal.ended
    await detached
    await workshop.kill('typed')
    const again = await workshop.attach('typed')
    expect(again.conversation.state.threadId).toBe(threadId)
    await said(again, 'hello from the terminal')
    await again.close()
  })

  test('what is sent elsewhere shows on its screen', async () => {
    const session = await workshop.open({ taskId: 'sent' })
    await session.conversation.send('hello before').result
    using person = sitDown(await session.openTerminal(SIZE))
    await person.sees(/“hello before”/)
    await session.conversation.send('hello meanwhile').result
    await person.sees(/“hello meanwhile”/)
    await session.close()
  })

  test('a question that is answered on one side is closed on the other', async () => {
    const session = await workshop.open({ taskId: 'asked' })
    const { conversation } = session
    using person = sitDown(await session.openTerminal(SIZE))
    await person.sees(/gpt-5\.5/i)
    const inTerminal = conversation.send('run: touch in-terminal')
    await nextApproval(conversation)
    await person.sees(/touch in-terminal[^]*Yes, proceed/)
    await person.types('y')
    expect(await inTerminal.result).toMatchObject({ status: 'completed' })
    expect(conversation.state.approvals).toEqual([])
    expect(await workshop.host.files.stat(`${session.directory}/in-terminal`)).toMatchObject({ type: 'file' })

    const here = conversation.send('run: touch in-conversation')
    const approval = await nextApproval(conversation)
    await person.sees(/touch in-conversation[^]*Yes, proceed/)
    expect(await conversation.answer(approval.id, 'accept')).toBe(true)
    expect(await here.result).toMatchObject({ status: 'completed' })
    await person.sees(/^(?![^]*Yes, proceed)[^]*in-conversation/)
    await session.close()
  })

  test('there is one, it comes and goes, and the session does not care', async () => {
    const session = await workshop.open({ taskId: 'comes' })
    const [first, same] = await Promise.all([session.openTerminal(SIZE), session.openTerminal(SIZE)])
    expect(same).toBe(first)
    await theTui(workshop)
    await first.close()
    expect(tuisOf(workshop)).toEqual([])
    expect(await session.conversation.send('hello').result).toMatchObject({ status: 'completed' })
    const second = await session.openTerminal(SIZE)
    expect(second).not.toBe(first)
    using person = sitDown(second)
    await person.sees(/“hello”/)
    await session.close()
    expect((await second.ended).exitCode).not.toBe(0)
    expect(tuisOf(workshop)).toEqual([])
    await expect(session.openTerminal(SIZE)).rejects.toMatchObject({ code: 'lost' })
  })

  test('a session that is closed meanwhile is closed, and opens none', async () => {
    for (const waitMs of [0, 30, 120]) {
      const session = await workshop.open()
      const opening = session.openTerminal(SIZE)
      opening.catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await session.close()
      await opening.then((terminal) => terminal.ended).catch(() => undefined)
      expect(tuisOf(workshop)).toEqual([])
      await expect(session.openTerminal(SIZE)).rejects.toMatchObject({ code: 'lost' })
    }
  })

  test('its environment has nothing of ours', async () => {
    process.env['X_SECRET_OF_OURS'] = 'secret'
    try {
      const session = await workshop.open({ taskId: 'clean' })
      await session.openTerminal(SIZE)
      const pid = await theTui(workshop)
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
      const names = environment.map((entry) => entry.split('=')[0]).filter((name) => name !== '')
      expect(names.sort()).toEqual(
        ['CODEX_HOME', 'COLORTERM', 'HOME', 'LANG', 'PATH', 'TERM', 'TMPDIR'].sort(),
      )
      await session.close()
    } finally {
      delete process.env['X_SECRET_OF_OURS']
    }
  })

  test('it can be used again after the app-server was killed', async () => {
    const session = await workshop.open({ taskId: 'killed' })
    await session.conversation.send('hello before').result
    const first = await session.openTerminal(SIZE)
    using before = sitDown(first)
    await before.sees(/“hello before”/)
    await workshop.kill('killed')
    await until(session.conversation, ({ link }) => link.state === 'reconnecting')
    await until(session.conversation, ({ link }) => link.state === 'live')
    await first.ended
    using person = sitDown(await session.openTerminal(SIZE))
    await person.sees(/“hello before”/)
    await person.types('hello after')
    await person.sees(/“hello after”/)
    await said(session, 'hello after')
    await session.close()
  })
})

describe.each(CODEX_VERSIONS)('a session of Codex %s without a login', (version) => {
  test('is logged in by an API key that is typed in its terminal', async () => {
    await using workshop = await openWorkshop(version)
    const session = await workshop.open({ taskId: 'first-login', login: 'in-terminal' })
    const auth = path.join(workshop.stateDir, 'tasks/first-login/home/.codex/auth.json')
    await expect(stat(auth)).rejects.toMatchObject({ code: 'ENOENT' })
    for (let n = 1; !(await logsIn(session, version)); n += 1) expect(n).toBeLessThan(4)
    expect(JSON.parse(await readFile(auth, 'utf8'))).toMatchObject({ OPENAI_API_KEY: 'sk-typed-by-a-person' })
    await session.close()
  })
})

describe.each(CODEX_VERSIONS)('in the terminal of a confined session of Codex %s', (version) => {
  test('nobody is fast enough to let a command out of the sandbox', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const session = await workshop.open({ taskId: 'escalating' })
    const { conversation } = session
    conversation.onApproval(({ id }) => void conversation.answer(id, 'accept'))
    const terminal = await session.openTerminal(SIZE)
    using person = sitDown(terminal)
    await person.sees(/gpt-5\.5/i)
    const keys = setInterval(() => void terminal.write('y'), 1)
    try {
      for (let n = 0; n < 8; n += 1) {
        const file = path.join(workshop.root, `escaped-${n}`)
        const more = { sandbox_permissions: 'require_escalated', justification: 'may I?' }
        await runCommand(session, `touch ${file}`, more)
        expect(await stat(file).catch(() => undefined)).toBeUndefined()
      }
    } finally {
      clearInterval(keys)
    }
  })
})
