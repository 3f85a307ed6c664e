import type { ConversationState } from '@x/agents/conversation'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS } from '@x/fixtures'
import { findLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../src/session/session.ts'
import { cuttableHost } from './host-with.ts'
import { nextApproval, openWorkshop, readText, transcript, until, type Workshop } from './workshop.ts'

describe.each(CODEX_VERSIONS)('a session of Codex %s that is left and taken up again', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  async function pidOf(taskId: string): Promise<number> {
    const record = path.join(workshop.stateDir, 'tasks', taskId, 'run', 'process.json')
    return (JSON.parse(await readFile(record, 'utf8')) as { pid: number }).pid
  }

  test('goes on with the turn, and ends up with what an observer saw all along', async () => {
    const taskId = 'left'
    const first = await workshop.open({ taskId, approvals: 'never' })
    await first.ready
    await first.conversation.send('run: echo before').result
    const observer = await workshop.attach(taskId)
    const before = await pidOf(taskId)
    const slow = first.conversation.send('run: echo during; sleep 1\nrun: sleep 1; echo still')
    await slow.turnId
    await until(first.conversation, ({ turns }) => turns.at(-1)?.items.some(({ type }) => type === 'command'))
    await first.detach()
    await expect(slow.result).rejects.toMatchObject({ code: 'closed' })
    expect(await first.closed).toEqual({ reason: 'detached' })

    const second = await workshop.attach(taskId)
    expect(await pidOf(taskId)).toBe(before)
    expect(second.conversation.state.turns.at(-1)).toMatchObject({
      id: await slow.turnId,
      status: 'in-progress',
    })
    for (const { conversation } of [second, observer]) {
      await until(conversation, ({ turns }) => turns.at(-1)?.status === 'completed')
      await until(conversation, ({ turns }) => turns.at(-1)?.items.every(({ phase }) => phase === 'done'))
    }
    expect(transcript(second.conversation.state)).toEqual(transcript(observer.conversation.state))
    const ids = second.conversation.state.turns.flatMap(({ items }) => items.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    expect(await second.conversation.send('hello again').result).toMatchObject({ status: 'completed' })
    await second.close()
    expect(await observer.closed).toEqual({
      reason: 'lost',
      fault: { message: 'the session was ended elsewhere' },
    })
  })

  test('has the whole answer that was being written, once', async () => {
    const taskId = 'writing'
    const first = await workshop.open({ taskId })
    const slow = first.conversation.send('slow: 3')
    await until(first.conversation, ({ turns }) =>
      turns.at(-1)?.items.some((item) => item.type === 'agent-message' && item.text.length > 20),
    )
    await first.detach()
    const second = await workshop.attach(taskId)
    const turn = await until(second.conversation, ({ turns }) =>
      turns.at(-1)?.status === 'completed' ? turns.at(-1) : undefined,
    )
    expect(turn.id).toBe(await slow.turnId)
    expect(turn.items.map(({ type, phase }) => `${type} ${phase}`)).toEqual([
      'user-message done',
      'agent-message done',
    ])
    const said = turn.items.find((item) => item.type === 'agent-message')
    expect(said?.text).toMatch(/^# A slow answer[\s\S]*That was the slow answer\.\n$/)
    await second.close()
  })

  test('gives back what the one before had added to a turn that is interrupted now', async () => {
    const taskId = 'added'
    const first = await workshop.open({ taskId })
    await first.conversation.send('slow: 20').turnId
    await until(first.conversation, ({ turns }) =>
      turns.at(-1)?.items.some((item) => item.type === 'agent-message' && item.text.length > 20),
    )
    await first.conversation.steer('added before', { clientId: 'added' })
    await first.detach()
    const second = await workshop.attach(taskId)
    await second.conversation.interrupt()
    const waits = ({ queue, turns }: ConversationState): boolean =>
      queue.messages.some(({ text }) => text === 'added before') ||
      turns.some(({ items }) =>
        items.some((item) => item.type === 'user-message' && item.clientId === 'added'),
      )
    await until(second.conversation, waits)
    await second.detach()
    const third = await workshop.attach(taskId)
    await until(third.conversation, waits)
    await third.conversation.withdrawQueued('added')
    await third.detach()
    const fourth = await workshop.attach(taskId)
    await until(fourth.conversation, ({ link }) => link.state === 'live')
    expect(fourth.conversation.state.queue.messages).toEqual([])
    await fourth.close()
  })

  test('asks the open question again, and takes its answer', async () => {
    const taskId = 'asking'
    const first = await workshop.open({ taskId })
    const asked = first.conversation.send('run: touch granted')
    const before = await nextApproval(first.conversation)
    await first.detach()
    const second = await workshop.attach(taskId)
    const again = await nextApproval(second.conversation)
    expect(again).toEqual(before)
    const turn = second.conversation.state.turns.at(-1)
    expect(turn).toMatchObject({ id: await asked.turnId, status: 'in-progress' })
    expect(turn?.items.find(({ id }) => id === again.itemId)).toMatchObject({ command: 'touch granted' })
    await second.conversation.answer(again.id, 'accept')
    await until(second.conversation, ({ turns }) => turns.at(-1)?.status === 'completed')
    expect(await workshop.host.files.stat(`${second.directory}/granted`)).toMatchObject({ type: 'file' })
    const commands = await until(second.conversation, ({ turns }) => {
      const found = turns.at(-1)?.items.filter(({ type }) => type === 'command')
      return found?.every(({ phase }) => phase === 'done') === true ? found : undefined
    })
    expect(commands).toMatchObject([{ status: 'completed', exitCode: 0 }])
    await second.close()
  })

  test('recovers from the death of its process: the turn is interrupted, the next message works', async () => {
    const taskId = 'killed'
    const session = await workshop.open({ taskId })
    const { conversation } = session
    await conversation.send('hello').result
    const slow = conversation.send('slow: 60')
    const text = readText(slow)
    const turnId = await slow.turnId
    await until(conversation, ({ turns }) =>
      turns.find(({ id }) => id === turnId)?.items.some(({ type }) => type === 'agent-message'),
    )
    const pid = await pidOf(taskId)
    process.kill(pid, 'SIGKILL')
    expect(await slow.result).toMatchObject({ status: 'interrupted' })
    expect(typeof (await text)).toBe('string')
    await until(conversation, ({ link }) => link.state === 'live')
    expect(await pidOf(taskId)).not.toBe(pid)
    expect(await conversation.send('hello once more').result).toMatchObject({ status: 'completed' })
    expect(
      conversation.state.turns.map(({ status, items }) => [
        status,
        items[0]?.type === 'user-message' ? items[0].text : '',
      ]),
    ).toEqual([
      ['completed', 'hello'],
      ['interrupted', 'slow: 60'],
      ['completed', 'hello once more'],
    ])
    await session.close()
  })

  test('loses no message to a process that is killed while it is sent', async () => {
    const taskId = 'killed-early'
    const session = await workshop.open({ taskId })
    const { conversation } = session
    await session.ready
    const turn = conversation.send('hello out there')
    process.kill(await pidOf(taskId), 'SIGKILL')
    const result = await turn.result
    expect(['completed', 'interrupted']).toContain(result.status)
    const said = conversation.state.turns.flatMap(({ items }) =>
      items.filter(({ type }) => type === 'user-message'),
    )
    expect(said).toMatchObject([{ text: 'hello out there' }])
    await session.close()
  })

  test('begins anew when its process is killed before anything was said', async () => {
    const taskId = 'killed-at-start'
    const session = await workshop.open({ taskId })
    process.kill(await pidOf(taskId), 'SIGKILL')
    await session.ready
    expect(await session.conversation.send('hello').result).toMatchObject({ status: 'completed' })
    await session.close()
  })

  test('ends a process that its recovery was about to start', async () => {
    const taskId = 'closed-while-recovering'
    const session = await workshop.open({ taskId })
    await session.ready
    process.kill(await pidOf(taskId), 'SIGKILL')
    await until(session.conversation, ({ link }) => link.state === 'reconnecting')
    await session.close()
    expect(await session.closed).toEqual({ reason: 'closed' })
    const left = await findLeaks(workshop.stateDir)
    expect(left.filter((line) => line.startsWith('process'))).toEqual([])
  })

  test('leaves a running session alone when attaching to it is given up', async () => {
    const taskId = 'given-up'
    const session = await workshop.open({ taskId })
    await session.conversation.send('hello').result
    for (const afterMs of [0, 5, 20, 60, 150]) {
      const signal = AbortSignal.timeout(afterMs)
      const attached = await workshop.attach(taskId, { signal }).catch((error: unknown) => error)
      if (attached === signal.reason) continue
      await (attached as Session).detach()
    }
    expect(await session.conversation.send('hello again').result).toMatchObject({ status: 'completed' })
    expect(session.conversation.state.link).toEqual({ state: 'live' })
    await session.close()
  })

  test('heals a link that was cut: same process, same turn, whole answer', async () => {
    const taskId = 'cut'
    const { host, cut } = cuttableHost(workshop.host)
    const session = await workshop.open({ taskId, host })
    const { conversation } = session
    const slow = conversation.send('slow: 3')
    await until(conversation, ({ turns }) => turns.at(-1)?.items.some(({ type }) => type === 'agent-message'))
    const pid = await pidOf(taskId)
    cut()
    await until(conversation, ({ link }) => link.state === 'reconnecting')
    await until(conversation, ({ link }) => link.state === 'live')
    expect(await slow.result).toMatchObject({
      status: 'completed',
      text: expect.stringMatching(/^# A slow answer[\s\S]*That was the slow answer\.\n$/),
    })
    expect(await pidOf(taskId)).toBe(pid)
    expect(conversation.state.turns.flatMap(({ items }) => items.map(({ type }) => type))).toEqual([
      'user-message',
      'agent-message',
    ])
    cut()
    const turns = ['first', 'second'].map((word) => conversation.send(`hello ${word}`))
    for (const turn of turns) expect(await turn.result).toMatchObject({ status: 'completed' })
    const users = conversation.state.turns.flatMap(({ items }) =>
      items.flatMap((item) => (item.type === 'user-message' ? [item.text] : [])),
    )
    expect(users).toEqual(['slow: 3', 'hello first', 'hello second'])
    await session.close()
  })

  test('is resumed after it was closed, with all that was said', async () => {
    const taskId = 'closed'
    const first = await workshop.open({ taskId, approvals: 'never' })
    await first.conversation.send('run: echo one').result
    await first.conversation.send('hello two').result
    await until(first.conversation, ({ turns }) =>
      turns.every(({ items }) => items.every(({ phase }) => phase === 'done')),
    )
    await first.close()
    const second = await workshop.open({ taskId })
    expect(transcript(second.conversation.state)).toEqual(transcript(first.conversation.state))
    expect(await second.conversation.send('hello three').result).toMatchObject({
      text: expect.stringContaining('3 messages'),
    })
    await second.close()
  })
})
