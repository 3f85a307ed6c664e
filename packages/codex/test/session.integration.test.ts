import { CODEX_VERSIONS } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../src/session/session.ts'
import { nextApproval, openWorkshop, readText, until, type Workshop } from './workshop.ts'

describe.each(CODEX_VERSIONS)('a session of Codex %s', (version) => {
  let workshop: Workshop
  let session: Session

  beforeAll(async () => {
    workshop = await openWorkshop(version)
    session = await workshop.open({ taskId: 'journey' })
    await session.ready
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  test('streams an answer whose pieces are the result', async () => {
    const turn = session.conversation.send('hello there')
    const text = await readText(turn)
    const result = await turn.result
    expect(result).toMatchObject({ status: 'completed', turnId: await turn.turnId })
    expect(text).toContain('“hello there”')
    expect(text).toBe(result.text)
  })

  test('runs an accepted command and tells its output and exit code', async () => {
    const { conversation } = session
    const turn = conversation.send('run: touch made; echo one two; exit 3')
    const approval = await nextApproval(conversation)
    expect(approval).toMatchObject({
      kind: 'command',
      command: 'touch made; echo one two; exit 3',
      cwd: session.directory,
      leavesSandbox: false,
    })
    expect(conversation.state.approvals).toEqual([approval])
    expect(await conversation.answer(approval.id, 'accept')).toBe(true)
    expect(await turn.result).toMatchObject({ status: 'completed' })
    expect(conversation.state.approvals).toEqual([])
    expect(await conversation.answer(approval.id, 'decline')).toBe(false)
    const item = await until(conversation, ({ turns }) =>
      turns.at(-1)?.items.find((one) => one.type === 'command' && one.phase === 'done'),
    )
    expect(item).toMatchObject({ status: 'failed', output: 'one two\n', exitCode: 3, cwd: session.directory })
    expect(await workshop.host.files.stat(`${session.directory}/made`)).toMatchObject({ type: 'file' })
  })

  test('goes on without a declined command', async () => {
    const { conversation } = session
    const turn = conversation.send('run: touch never')
    const approval = await nextApproval(conversation)
    await conversation.answer(approval.id, 'decline')
    expect(await turn.result).toMatchObject({ status: 'completed' })
    const item = await until(conversation, ({ turns }) =>
      turns.at(-1)?.items.find((one) => one.type === 'command' && one.phase === 'done'),
    )
    expect(item).toMatchObject({ status: 'declined', command: 'touch never' })
    expect(await workshop.host.files.stat(`${session.directory}/never`)).toBeUndefined()
  })

  test('ends the turn of a cancelled command', async () => {
    const { conversation } = session
    const turn = conversation.send('run: touch never')
    const approval = await nextApproval(conversation)
    await conversation.answer(approval.id, 'cancel')
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
  })

  test('forgets the question of an interrupted turn', async () => {
    const { conversation } = session
    const turn = conversation.send('run: touch never')
    const approval = await nextApproval(conversation)
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(conversation.state.approvals).toEqual([])
    expect(await conversation.answer(approval.id, 'accept')).toBe(false)
  })

  test('interrupts a running turn', async () => {
    const { conversation } = session
    const turn = conversation.send('slow: 60')
    for await (const piece of turn.text) if (piece !== '') break
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
  })

  test.each([1, 2, 3])('interrupts a turn that has no name yet, try %i', async () => {
    const { conversation } = session
    const turn = conversation.send('slow: 60')
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(await conversation.send('hello').result).toMatchObject({ status: 'completed' })
  })

  test('answers a message that was sent after an interrupt, however soon', async () => {
    const { conversation } = session
    const cut = conversation.send('slow: 60')
    void conversation.interrupt()
    const next = conversation.send('hello after that')
    expect(await cut.result).toMatchObject({ status: 'interrupted' })
    expect(await next.result).toMatchObject({
      status: 'completed',
      text: expect.stringContaining('hello after that'),
    })
  })

  test('takes what is steered into the running turn', async () => {
    const { conversation } = session
    const turn = conversation.send('slow: 2')
    const turnId = await turn.turnId
    await conversation.steer('hello in between')
    expect(await turn.result).toMatchObject({ status: 'completed', turnId })
    const last = conversation.state.turns.at(-1)
    expect(last?.id).toBe(turnId)
    expect(last?.items.flatMap((item) => (item.type === 'user-message' ? [item.text] : []))).toEqual([
      'slow: 2',
      'hello in between',
    ])
    await expect(conversation.steer('too late')).rejects.toMatchObject({ code: 'no-active-turn' })
  })

  test('loses none of the messages that are sent in a row', async () => {
    const { conversation } = session
    const words = ['first', 'second', 'third', 'fourth', 'fifth']
    const turns = words.map((word) => conversation.send(`hello ${word}`))
    const results = await Promise.all(turns.map((turn) => turn.result))
    expect(results.map(({ status }) => status)).toEqual(words.map(() => 'completed'))
    const said = conversation.state.turns.flatMap((turn) =>
      turn.items.flatMap((item) => (item.type === 'user-message' ? [item.text] : [])),
    )
    expect(said.slice(-5)).toEqual(words.map((word) => `hello ${word}`))
  })

  test('has every item once and nothing open at the end', () => {
    const items = session.conversation.state.turns.flatMap((turn) => turn.items)
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    expect(session.conversation.state.turns.map(({ status }) => status)).not.toContain('in-progress')
  })
})
