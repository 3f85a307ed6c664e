import { existsSync } from 'node:fs'
import path from 'node:path'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import { openResponsesServer } from '../src/open-responses-server.ts'
import { toolOutputs } from '../src/read-request.ts'
import { scriptedModel } from '../src/scripted-model.ts'
import { execCodex, type CodexRun } from './exec-codex.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const messages = ({ events }: CodexRun) =>
  events.flatMap(({ item }) => (item?.['type'] === 'agent_message' ? [String(item['text'])] : []))

// The newest model families of 0.169.0 are offered one tool only, and in code mode; the others the plain ones.
const MODELS = [
  ['0.142.5', 'gpt-5.5'],
  ['0.142.5', 'unheard-of'],
  ['0.169.0', 'gpt-5.5'],
  ['0.169.0', 'unheard-of'],
  ['0.169.0', 'gpt-6.1-sol'],
] as const

describe.each(MODELS)('Codex %s with the model name %s', (version, model) => {
  test('really runs what it is told, and the output comes back', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer()
    const prompt = 'run: echo hi from $((40 + 2)) && touch made\nrun: cat /nonexistent'
    const run = await execCodex(directory.path, server.url, { version, model, prompt })
    expect(run.exitCode).toBe(0)
    expect(existsSync(path.join(directory.path, 'work', 'made'))).toBe(true)
    const last = server.requests.at(-1)
    if (last === undefined) throw new Error('the server was never asked')
    expect(toolOutputs(last).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Process exited with code 0$[\s\S]*hi from 42/m),
      expect.stringMatching(/^Process exited with code 1$/m),
    ])
    expect(messages(run)).toEqual([
      expect.stringMatching(/ended with exit code 0:[\s\S]*hi from 42/),
      expect.stringMatching(/ended with exit code 1:[\s\S]*No such file/),
    ])
  })
})

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  test('brings the key, and a wrong one ends the turn', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({ apiKey: 'secret' })
    const wrong = await execCodex(directory.path, server.url, { version, prompt: 'hello', key: 'other' })
    expect(wrong.exitCode).toBe(1)
    expect(JSON.stringify(wrong.events)).toContain('Incorrect API key provided')
    const right = await execCodex(directory.path, server.url, { version, prompt: 'hello', key: 'secret' })
    expect(right.exitCode).toBe(0)
    expect(messages(right)).toEqual([expect.stringContaining('“hello”')])
  })

  test('a later run of the thread is answered by another server that never heard of it', async () => {
    await using directory = await privateDirectory()
    const first = await (async () => {
      await using server = await openResponsesServer()
      return await execCodex(directory.path, server.url, { version, prompt: 'run: echo one' })
    })()
    const thread = first.events.find(({ type }) => type === 'thread.started')?.thread_id
    if (thread === undefined) throw new Error('no thread was started')
    await using server = await openResponsesServer()
    const second = await execCodex(directory.path, server.url, {
      version,
      prompt: 'hello again',
      resume: thread,
    })
    expect(messages(second)).toEqual([expect.stringMatching(/“hello again”.*2 messages/)])
    expect(server.requests[0]?.threadId).toBe(thread)
  })

  test('a failure in the stream is shown with its message', async () => {
    await using directory = await privateDirectory()
    const model = scriptedModel([
      { steps: [{ fail: { code: 'invalid_prompt', message: 'told so by the script' } }] },
    ])
    await using server = await openResponsesServer({ model })
    const run = await execCodex(directory.path, server.url, { version, prompt: 'hello' })
    expect(run.exitCode).toBe(1)
    expect(JSON.stringify(run.events)).toContain('told so by the script')
    expect(server.requests).toHaveLength(1)
  })
})
