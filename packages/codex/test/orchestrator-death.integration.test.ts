import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { findLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../src/session/session.ts'
import { openWorkshop, until, type Workshop } from './workshop.ts'

const ENTRY = fileURLToPath(new URL('./fixtures/orchestrator.ts', import.meta.url))
const COMPILE = fileURLToPath(new URL('./fixtures/compile.mjs', import.meta.url))

/** After its begin, in milliseconds: from before anything is there to the middle of the first turn. */
const POINTS = [0, 60, 150, 300, 500, 1_000]

describe.each(CODEX_VERSIONS)('an orchestrator that is killed with a session of Codex %s', (version) => {
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

  const processes = async (): Promise<string[]> =>
    (await findLeaks(workshop.stateDir)).filter((line) => line.startsWith('process'))

  test.each(POINTS)('after %i ms: the session is taken up, or there is none', async (point) => {
    const delayMs = point + Math.random() * 60
    const taskId = `killed-after-${String(point)}`
    const { stateDir, model } = workshop
    const child = spawn(process.execPath, [script, stateDir, codexBinary(version), model.url, taskId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    child.kill('SIGKILL')
    await exited

    const attached = await workshop.attach(taskId).catch((error: unknown) => error)
    if (attached instanceof Error) {
      expect(attached, `killed after ${String(delayMs)} ms`).toMatchObject({ code: 'not-found' })
      expect(await processes()).toEqual([])
      return
    }
    const session = attached as Session
    await session.ready
    const { conversation } = session
    if (conversation.state.turns.length > 0) {
      await until(conversation, ({ turns }) => turns[0]?.status === 'completed')
      expect(conversation.state.turns[0]?.items.at(-1)).toMatchObject({
        type: 'agent-message',
        text: expect.stringMatching(/^# A slow answer[\s\S]*That was the slow answer\.\n$/),
      })
    }
    expect(await conversation.send('hello').result).toMatchObject({ status: 'completed' })
    await session.close()
    expect(await processes()).toEqual([])
  })
})
