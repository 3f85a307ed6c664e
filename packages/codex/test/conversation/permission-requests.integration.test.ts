import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Conversation, Question } from '@x/agents/conversation'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { callingModel, callTool, runCommand } from '../calling-model.ts'
import { openWorkshop } from '../workshop.ts'

function nextQuestion(conversation: Conversation): Promise<Question> {
  return new Promise((resolve) => {
    const listening = conversation.onQuestion((question) => {
      resolve(question)
      queueMicrotask(() => listening[Symbol.dispose]())
    })
  })
}

describe.each(CODEX_VERSIONS)('a wish of Codex %s for more than its sandbox', (version) => {
  test('is granted in the part that was chosen, and opens nothing else', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const session = await workshop.open({ taskId: 'wishes' })
    const { conversation } = session
    conversation.onApproval(({ id }) => void conversation.answer(id, 'accept'))
    const [open, closed] = [path.join(workshop.root, 'open'), path.join(workshop.root, 'closed')]
    await Promise.all([mkdir(open), mkdir(closed)])
    const login = path.join(workshop.stateDir, 'tasks', 'wishes', 'home', '.codex', 'config.toml')
    await writeFile(path.join(closed, 'secret'), 'secret')
    await symlink(closed, path.join(workshop.root, 'door'))

    const wished = callTool(session, {
      call: 'request_permissions',
      arguments: {
        reason: 'to write there',
        permissions: {
          network: { enabled: true },
          file_system: {
            read: [login, workshop.stateDir],
            write: [open, closed, path.join(workshop.root, 'door'), `${workshop.root}/*`],
          },
        },
      },
    })
    const question = await nextQuestion(conversation)
    if (question.kind !== 'permission') throw new Error(question.kind)
    expect(question).toMatchObject({ kind: 'permission', reason: 'to write there' })
    const both = [
      { path: open, mode: 'write' },
      { path: closed, mode: 'write' },
    ]
    expect(question.grants).toEqual([{ network: true }, ...both])
    await expect(
      conversation.answerQuestion(question.id, {
        kind: 'permission',
        grants: [{ path: workshop.root, mode: 'write' }],
        scope: 'session',
      }),
    ).rejects.toMatchObject({ code: 'choice-not-offered' })
    const grants = [{ path: open, mode: 'write' }] as const
    expect(
      await conversation.answerQuestion(question.id, { kind: 'permission', grants, scope: 'session' }),
    ).toBe(true)
    await wished

    await runCommand(session, `echo made > ${open}/made`)
    expect(await readFile(path.join(open, 'made'), 'utf8')).toBe('made\n')
    expect(await runCommand(session, `echo made > ${closed}/made`)).toMatch(/read-only file system/i)
    expect(await runCommand(session, `cat ${login}`)).not.toContain('model_provider')
    expect(
      await runCommand(session, `exec 3<>/dev/tcp/127.0.0.1/${String(workshop.model.port)}`),
    ).not.toMatch(/exited with code 0/)

    // Whoever takes the session up knows of it too: a place inside could be made to lead anywhere.
    await mkdir(path.join(open, 'inner'))
    await session.detach()
    const again = await workshop.attach('wishes')
    again.conversation.onApproval(({ id }) => void again.conversation.answer(id, 'accept'))
    const inside = callTool(again, {
      call: 'request_permissions',
      arguments: { permissions: { file_system: { write: [path.join(open, 'inner'), closed] } } },
    })
    const second = await nextQuestion(again.conversation)
    expect(second).toMatchObject({ grants: [{ path: closed, mode: 'write' }] })
    await again.conversation.answerQuestion(second.id, { kind: 'declined' })
    await inside
    await again.close()
  })

  test('is asked of nobody when nothing of it may be granted', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const session = await workshop.open()
    const asked: unknown[] = []
    session.conversation.onQuestion((question) => asked.push(question))
    const said = await callTool(session, {
      call: 'request_permissions',
      arguments: {
        reason: 'to look',
        permissions: { file_system: { read: [workshop.stateDir, '/etc/shadow'], write: ['/usr'] } },
      },
    })
    expect(asked).toEqual([])
    expect(session.conversation.state.notices.map(({ message }) => message)).toContain(
      'Declined, since nothing of it may be granted: to look',
    )
    expect(said).not.toContain(workshop.stateDir)
  })
})
