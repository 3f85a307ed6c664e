import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command, Grant } from '@x/agents/conversation'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { callingModel, callTool, runCommand } from '../calling-model.ts'
import type { Session } from '../../src/session/session.ts'
import { openWorkshop, until, type Workshop } from '../workshop.ts'

/** Wishes for places; what is offered of them is granted for the session. */
const wish = (session: Session, read: readonly string[], write: readonly string[]): Promise<string> =>
  callTool(session, {
    call: 'request_permissions',
    arguments: { reason: 'to go on', permissions: { file_system: { read, write } } },
  })

/** Says yes to everything, and tells what was offered. */
function agreeing({ conversation }: Session): readonly Grant[] {
  const offered: Grant[] = []
  conversation.onApproval(({ id }) => void conversation.answer(id, 'accept'))
  conversation.onQuestion((question) => {
    if (question.kind !== 'permission') return
    offered.push(...question.grants)
    const { id, grants } = question
    void conversation.answerQuestion(id, { kind: 'permission', grants, scope: 'session' })
  })
  return offered
}

/** A login of another task, which is what the agent is after. */
async function plantLogin({ stateDir }: Workshop): Promise<string> {
  const home = path.join(stateDir, 'tasks', 'other', 'home')
  await mkdir(home, { recursive: true })
  await writeFile(path.join(home, 'auth.json'), 'secret\n')
  return home
}

/** Puts a link to `home` in the place of `outer`/group/inner, and goes for what lies there. */
async function replaceAndReach(session: Session, outer: string, home: string): Promise<string> {
  await runCommand(
    session,
    `cd ${outer}; mv group moved; mkdir group; rmdir group/inner; ln -s ${home} group/inner`,
  )
  return runCommand(session, `cat ${home}/auth.json; echo bad > ${home}/auth.json`)
}

describe.each(CODEX_VERSIONS)('with Codex %s, a place that commands may replace', (version) => {
  test('is granted neither together with what is around it, nor after it, nor before it', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const home = await plantLogin(workshop)
    const [together, before, after, posture] = ['together', 'before', 'after', 'posture'].map((name) =>
      path.join(workshop.root, name, 'group', 'inner'),
    ) as [string, string, string, string]
    const outer = (inner: string): string => path.dirname(path.dirname(inner))
    await Promise.all([together, before, after, posture].map((place) => mkdir(place, { recursive: true })))
    const session = await workshop.open({ grants: [{ path: outer(posture), mode: 'write' }] })
    const offered = agreeing(session)

    await wish(session, [], [outer(together), together])
    await wish(session, [], [outer(before)])
    await wish(session, [before], [before])
    await wish(session, [], [after])
    await wish(session, [], [outer(after)])
    await wish(session, [], [posture])
    expect(offered).toEqual(
      [outer(together), outer(before), after].map((place) => ({ path: place, mode: 'write' })),
    )
    for (const inner of [together, before, after, posture])
      expect(await replaceAndReach(session, outer(inner), home)).not.toContain('secret')
    expect(await readFile(path.join(home, 'auth.json'), 'utf8')).toBe('secret\n')
  })

  test('is not granted for reading in the work directory, whatever its name', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const home = await plantLogin(workshop)
    const directory = path.join(workshop.root, 'project')
    await mkdir(directory)
    const session = await workshop.open({ work: { directory } })
    const offered = agreeing(session)
    const place = path.join(directory, 'sub', '.git', 'inner')
    await runCommand(session, `mkdir -p ${place}`)
    await wish(session, [place], [])
    await runCommand(session, `rmdir ${place}; ln -s ${home} ${place}`)
    expect(await runCommand(session, `cat ${home}/auth.json`)).not.toContain('secret')
    expect(offered).toEqual([])
  })

  test('is not granted around what was granted before: who began before that may still run with it', async () => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const outer = path.join(workshop.root, 'outer')
    const inner = path.join(outer, 'group', 'inner')
    const beside = path.join(workshop.root, 'beside')
    await Promise.all([mkdir(inner, { recursive: true }), mkdir(beside)])
    const session = await workshop.open({ approvals: 'never', grants: [{ path: inner, mode: 'write' }] })
    const { conversation } = session
    const refusalOf = async (cmd: string): Promise<Command> => {
      await runCommand(session, cmd)
      return until(conversation, ({ turns }) =>
        turns
          .flatMap(({ items }) => items)
          .find((item): item is Command => item.type === 'command' && item.command === cmd && !!item.refusal),
      )
    }
    const around = await refusalOf(`touch ${outer}/made`)
    expect(around.refusal).toEqual({ denied: 'write', path: `${outer}/made` })
    const { id } = await refusalOf(`touch ${beside}/made`)
    await until(conversation, ({ turns }) =>
      turns.some(({ items }) => items.some((item) => item.type === 'command' && item.refusal?.grant)),
    )
    for (const [item, place] of [
      [around.id, outer],
      [id, workshop.root],
    ] as const) {
      await expect(conversation.grant(item, { path: place, mode: 'write' })).rejects.toMatchObject({
        code: 'not-grantable',
      })
    }
  })
})
