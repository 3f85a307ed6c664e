import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Approval, ApprovalDecision } from '@x/agents/conversation'
import { CODEX_VERSIONS } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelStep } from '@x/responses'
import type { Session } from '../../src/session/session.ts'
import { callingModel, callTool, runCommand } from '../calling-model.ts'
import { openWorkshop, until, type Workshop } from '../workshop.ts'

describe.each(CODEX_VERSIONS)('ways out of the sandbox of Codex %s', (version) => {
  let workshop: Workshop
  let session: Session
  let outside: string
  let task: string
  const asked: Approval[] = []
  let decision: ApprovalDecision = 'accept'

  beforeAll(async () => {
    workshop = await openWorkshop(version, { model: callingModel() })
    outside = path.join(workshop.root, 'outside')
    await mkdir(outside)
    session = await workshop.open({ taskId: 'escaping' })
    task = path.join(workshop.stateDir, 'tasks', 'escaping')
    session.conversation.onApproval((approval) => {
      asked.push(approval)
      void session.conversation.answer(approval.id, decision)
    })
    await session.ready
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  const exists = async (file: string): Promise<boolean> =>
    (await stat(file).catch(() => undefined)) !== undefined
  const patch = (...lines: string[]): Promise<string> =>
    callTool(session, {
      custom: 'apply_patch',
      input: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n'),
    })

  test.each([
    ['with a justification', { justification: 'may I?' }],
    ['without one', {}],
    ['with a rule for later', { justification: 'may I?', prefix_rule: ['touch'] }],
  ])('an escalation %s is declined and nobody is asked', async (_name, more) => {
    asked.length = 0
    const file = path.join(outside, 'escalated')
    const said = await runCommand(session, `touch ${file}`, {
      sandbox_permissions: 'require_escalated',
      ...more,
    })
    expect(said).toMatch(/reject/i)
    expect(asked).toEqual([])
    expect(await exists(file)).toBe(false)
    // 0.142.5 refuses by itself while it is to ask for every command; 0.169.0 asks, and we refuse and say so.
    const notices = session.conversation.state.notices.map(({ message }) => message)
    expect(notices).toEqual(
      version === '0.142.5'
        ? []
        : Array.from(notices, () => expect.stringMatching(/leave the sandbox: touch/)),
    )
    expect(notices.length > 0).toBe(version !== '0.142.5')
  })

  test('an unattended session escalates nothing', async () => {
    const unattended = await workshop.open({ taskId: 'unattended', approvals: 'never' })
    const file = path.join(outside, 'unattended')
    for (const more of [{}, { justification: 'may I?' }]) {
      const said = await runCommand(unattended, `touch ${file}`, {
        sandbox_permissions: 'require_escalated',
        ...more,
      })
      expect(said).toMatch(/reject|approval/i)
    }
    const said = await callTool(unattended, {
      custom: 'apply_patch',
      input: `*** Begin Patch\n*** Add File: ${file}\n+bad\n*** End Patch\n`,
    })
    expect(said).toMatch(/reject/i)
    expect(await exists(file)).toBe(false)
    await unattended.close()
  })

  test('an accepted command runs inside all the same', async () => {
    asked.length = 0
    const file = path.join(outside, 'accepted')
    await runCommand(session, `touch made-inside; touch ${file}`)
    expect(asked).toMatchObject([{ kind: 'command', leavesSandbox: false }])
    expect(await exists(path.join(task, 'work', 'made-inside'))).toBe(true)
    expect(await exists(file)).toBe(false)
  })

  test('a command that was accepted for the session runs inside each time', async () => {
    asked.length = 0
    decision = 'accept-for-session'
    const file = path.join(outside, 'accepted-for-session')
    const cmd = `echo run >> runs; touch ${file}`
    await runCommand(session, cmd)
    const first = asked.length
    await runCommand(session, cmd)
    const second = asked.length
    await runCommand(session, `${cmd}; touch another`)
    decision = 'accept'
    expect(await exists(file)).toBe(false)
    expect((await readFile(path.join(task, 'work', 'runs'), 'utf8')).trim().split('\n')).toHaveLength(3)
    expect([first, second, asked.length]).toEqual([1, 1, 2])
    const escalated = await runCommand(session, cmd, { sandbox_permissions: 'require_escalated' })
    expect(escalated).toMatch(/reject/i)
    expect(await exists(file)).toBe(false)
  })

  test('a patch inside is applied', async () => {
    asked.length = 0
    await patch('*** Add File: patched', '+one')
    expect(await readFile(path.join(task, 'work', 'patched'), 'utf8')).toBe('one\n')
    await patch('*** Update File: patched', '@@', '-one', '+two')
    expect(await readFile(path.join(task, 'work', 'patched'), 'utf8')).toBe('two\n')
    await until(session.conversation, ({ turns }) =>
      turns
        .at(-1)
        ?.items.some(
          (item) => item.type === 'file-change' && item.status === 'completed' && item.phase === 'done',
        ),
    )
  })

  test.each(['accept', 'accept-for-session'] as const)(
    'a patch outside changes nothing, even with %s',
    async (answer) => {
      decision = answer
      asked.length = 0
      const config = path.join(task, 'home', '.codex', 'config.toml')
      const before = await readFile(config, 'utf8')
      await writeFile(path.join(outside, 'theirs'), 'theirs\n')
      await symlink(outside, path.join(task, 'work', `door-${answer}`))
      await symlink(path.join(outside, 'theirs'), path.join(task, 'work', `link-${answer}`))
      const first = before.split('\n')[0] ?? ''
      const said = [
        await patch(`*** Add File: ${path.join(outside, 'patched')}`, '+bad'),
        await patch(
          `*** Add File: ${path.relative(session.directory, path.join(outside, 'relative'))}`,
          '+bad',
        ),
        await patch(`*** Add File: door-${answer}/through-the-door`, '+bad'),
        await patch(`*** Update File: link-${answer}`, '@@', '-theirs', '+ours'),
        await patch(`*** Update File: door-${answer}/theirs`, '@@', '-theirs', '+ours'),
        await patch(`*** Delete File: door-${answer}/theirs`),
        await patch('*** Add File: moving', '+bad'),
        await patch('*** Update File: moving', `*** Move to: door-${answer}/moved`, '@@', '-bad', '+moved'),
        await patch(
          '*** Update File: moving',
          `*** Move to: ${path.join(outside, 'moved')}`,
          '@@',
          '-bad',
          '+moved',
        ),
        await patch(`*** Update File: ${config}`, '@@', `-${first}`, '+# ours'),
        await patch('*** Add File: ../home/.codex/AGENTS.md', '+bad'),
        await patch('*** Add File: .codex/config.toml', '+bad'),
      ]
      decision = 'accept'
      const made = await Promise.all(
        ['patched', 'relative', 'through-the-door', 'moved'].map((name) => exists(path.join(outside, name))),
      )
      expect(made, said.join('\n')).toEqual([false, false, false, false])
      expect(await readFile(path.join(outside, 'theirs'), 'utf8')).toBe('theirs\n')
      expect(await readFile(config, 'utf8')).toBe(before)
      expect(await exists(path.join(task, 'home', '.codex', 'AGENTS.md'))).toBe(false)
      expect(await exists(path.join(task, 'work', '.codex', 'config.toml'))).toBe(false)
    },
  )

  test('an escalation under the id of an earlier, harmless call is declined like any other', async () => {
    const escalate = { sandbox_permissions: 'require_escalated' }
    const call = (cmd: string, more = {}): ModelStep => ({
      call: 'exec_command',
      callId: 'call_0',
      arguments: { cmd, yield_time_ms: 20_000, ...more },
    })
    const file = path.join(outside, 'under-a-known-name')
    // In a later turn, and beside the harmless one in the same answer.
    await callTool(session, call('echo harmless > first'))
    await callTool(session, call(`touch ${file}`, escalate))
    expect(await exists(file)).toBe(false)
    const both = [call('echo harmless > second'), call(`touch ${file}`, escalate)]
    await session.conversation.send(JSON.stringify(both)).result
    expect(await exists(file)).toBe(false)
  })
})
