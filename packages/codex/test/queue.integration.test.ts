import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ConversationState } from '@x/agents/conversation'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostWith } from './host-with.ts'
import { openWorkshop, until, type Workshop } from './workshop.ts'

const ENTRY = fileURLToPath(new URL('./fixtures/orchestrator.ts', import.meta.url))
const COMPILE = fileURLToPath(new URL('./fixtures/compile.mjs', import.meta.url))
const NEXT = ['first of three', 'second of three', 'third of three']

const said = (state: ConversationState): string[] =>
  state.turns.flatMap((turn) =>
    turn.items.flatMap((item) => (item.type === 'user-message' ? [item.text] : [])),
  )

const allDone = (state: ConversationState): boolean =>
  state.queue.messages.length === 0 &&
  state.turns.length > 1 &&
  state.turns.every(({ status }) => status !== 'in-progress')

describe.each(CODEX_VERSIONS)('the queue of Codex %s', (version) => {
  let workshop: Workshop
  let script: string

  beforeAll(async () => {
    workshop = await openWorkshop(version)
    const outDir = path.join(workshop.root, 'built')
    await mkdir(outDir)
    const compile = spawn(process.execPath, [COMPILE, ENTRY, outDir], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: 'inherit',
    })
    expect(await once(compile, 'exit')).toEqual([0, null])
    script = path.join(outDir, 'orchestrator.cjs')
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  test('one message after the other, each in a turn of its own', async () => {
    const session = await workshop.open({ taskId: 'in-order' })
    const { conversation } = session
    await conversation.send('slow: 1').turnId
    const handles = NEXT.map((text) => conversation.send(text, { when: 'next' }))
    await until(conversation, ({ queue }) => queue.messages.length === 3)
    const file = path.join(workshop.stateDir, 'tasks', 'in-order', 'run', 'queue.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    // What is sent without waiting goes before all that waits, into the turn that runs.
    await conversation.send('at once').turnId
    expect((await Promise.all(handles.map(({ result }) => result))).map(({ status }) => status)).toEqual(
      NEXT.map(() => 'completed'),
    )
    expect(said(conversation.state)).toEqual(['slow: 1', 'at once', ...NEXT])
    expect(new Set(await Promise.all(handles.map(({ turnId }) => turnId))).size).toBe(3)
    await session.close()
  })

  test('held after an interrupt; changed, withdrawn, sent by hand, and then the rest', async () => {
    const session = await workshop.open({ taskId: 'held' })
    const { conversation } = session
    await conversation.send('slow: 20').turnId
    for (const text of NEXT) conversation.send(text, { when: 'next', clientId: text })
    await until(conversation, ({ queue }) => queue.messages.length === 3)
    // What Codex has not taken in yet would come back.
    await until(conversation, (state) => said(state).length === 1)
    await conversation.interrupt()
    await until(conversation, ({ queue }) => queue.held === 'interrupted')
    expect(said(conversation.state)).toEqual(['slow: 20'])
    expect(await conversation.editQueued('first of three', 'changed')).toBe(true)
    expect(await conversation.withdrawQueued('second of three')).toBe(true)
    expect(await conversation.sendQueued('third of three')).toBe(true)
    await until(conversation, allDone)
    expect(said(conversation.state)).toEqual(['slow: 20', 'third of three', 'changed'])
    await session.close()
  })

  test('sent into the turn that runs', async () => {
    const session = await workshop.open({ taskId: 'steered' })
    const { conversation } = session
    const first = conversation.send('slow: 2')
    await first.turnId
    const queued = conversation.send('into it', { when: 'next', clientId: 'into it' })
    await until(conversation, ({ queue }) => queue.messages.length === 1)
    expect(await conversation.sendQueued('into it')).toBe(true)
    expect(await queued.turnId).toBe(await first.turnId)
    expect(conversation.state.queue).toEqual({ messages: [] })
    await session.close()
  })

  test('waits for those who come back, in a process that ended in good order too', async () => {
    const session = await workshop.open({ taskId: 'detached' })
    await session.conversation.send('slow: 2').turnId
    for (const text of NEXT) session.conversation.send(text, { when: 'next' })
    await until(session.conversation, ({ queue }) => queue.messages.length === 3)
    await session.detach()
    const again = await workshop.attach('detached')
    await until(again.conversation, allDone)
    expect(said(again.conversation.state)).toEqual(['slow: 2', ...NEXT])
    await again.close()
  })

  test('is there with the history, however long its file takes to be read', async () => {
    const session = await workshop.open({ taskId: 'read-late' })
    await session.conversation.send('slow: 5').turnId
    session.conversation.send('waits', { when: 'next' })
    await until(session.conversation, ({ queue }) => queue.messages.length === 1)
    await session.detach()
    const { host } = workshop
    const readText: typeof host.files.readText = async (file, ...rest) => {
      if (file.endsWith('/queue.json')) await delay(1_500)
      return host.files.readText(file, ...rest)
    }
    const files = new Proxy(host.files, {
      get: (target, name) => (name === 'readText' ? readText : (Reflect.get(target, name) as unknown)),
    })
    const again = await workshop.attach('read-late', { host: hostWith(host, { files }) })
    const { turns, queue } = again.conversation.state
    expect([turns.length, queue.messages.map(({ text }) => text)]).toEqual([1, ['waits']])
    await again.close()
  })

  test('two who are attached send each message once', async () => {
    const one = await workshop.open({ taskId: 'shared' })
    await one.conversation.send('slow: 2').turnId
    const other = await workshop.attach('shared')
    await other.ready
    for (const text of NEXT) one.conversation.send(text, { when: 'next' })
    const handle = other.conversation.send('from the other', { when: 'next' })
    await until(one.conversation, allDone)
    await until(other.conversation, allDone)
    const texts = said(one.conversation.state)
    expect(texts.toSorted()).toEqual(['slow: 2', ...NEXT, 'from the other'].toSorted())
    expect(texts.filter((text) => NEXT.includes(text))).toEqual(NEXT)
    expect(await handle.result).toMatchObject({ status: 'completed' })
    await one.detach()
    await other.close()
  })

  test.each([0, 1_200, 1_800, 2_100, 2_400])(
    'an orchestrator that is killed %i ms after it has queued three: each arrives once, in order',
    async (delayMs) => {
      const taskId = `killed-after-${String(delayMs)}`
      const { stateDir, model } = workshop
      const child = spawn(
        process.execPath,
        [script, stateDir, codexBinary(version), model.url, taskId, ...NEXT],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const exited = once(child, 'exit')
      let out = ''
      child.stdout.setEncoding('utf8')
      for await (const piece of child.stdout) {
        out += String(piece)
        if (out.includes('queued')) break
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs + Math.random() * 200))
      child.kill('SIGKILL')
      await exited
      const session = await workshop.attach(taskId)
      await session.ready
      await until(session.conversation, allDone)
      expect(said(session.conversation.state)).toEqual(['slow: 2', ...NEXT])
      await session.close()
    },
  )
})
