import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import { describeModel } from '../../src/describe-model.ts'
import { openResponsesServer } from '../../src/open-responses-server.ts'
import { scriptedModel } from '../../src/scripted-model.ts'
import { itemsOf, openAppServer, paramsOf } from '../app-server.ts'

afterAll(async () => {
  await expectNoLeaks()
})

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  test('lists the models of the script', async () => {
    await using directory = await privateDirectory()
    const models = [
      describeModel({ slug: 'second', priority: -1, efforts: ['high', 'low'] }),
      describeModel({ slug: 'first', name: 'The First', description: 'comes first', priority: -2 }),
      describeModel({ slug: 'hidden', hidden: true }),
    ]
    await using server = await openResponsesServer({
      model: scriptedModel({ models, rules: [{ steps: [{ say: 'hi' }] }] }),
    })
    // Codex asks for the list when a command gives the key, or with a ChatGPT login.
    const auth = 'auth = { command = "printf", args = ["any"] }'
    await using app = await openAppServer(directory.path, server.url, { version, auth, model: 'first' })
    const listed = (await app.listModels()) as readonly Readonly<Record<string, unknown>>[]
    // Codex's own models follow.
    expect(listed.slice(0, 2)).toMatchObject([
      { model: 'first', displayName: 'The First', description: 'comes first', isDefault: true },
      { model: 'second', defaultReasoningEffort: 'high' },
    ])
    expect(listed.map(({ model }) => model)).not.toContain('hidden')
    expect((await app.turn('go')).status).toBe('completed')
    expect(server.requests[0]?.tools.map(({ name }) => name)).toContain('apply_patch')
  })

  test('compacts by itself when the figures of the script say that it is time', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: scriptedModel([
        { when: { purpose: 'compaction' }, steps: [{ summary: 'SUMMARY' }] },
        { when: { turn: 1 }, steps: [{ usage: { inputTokens: 250_000 } }, { say: 'long' }] },
        { steps: [{ say: 'short' }] },
      ]),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    await app.turn('first')
    const { messages } = await app.turn('second')
    expect(server.requests.map(({ purpose }) => purpose)).toEqual(['turn', 'compaction', 'turn'])
    expect(itemsOf(messages).map(({ type }) => type)).toContain('contextCompaction')
  })

  test('shows a flood whole', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: scriptedModel([{ steps: [{ flood: { deltas: 20_000 } }] }]),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    const { messages } = await app.turn('go')
    expect(paramsOf(messages, 'answerDelta')).toHaveLength(20_000)
    expect(itemsOf(messages, 'agentMessage')).toMatchObject([{ text: 'x '.repeat(20_000) }])
  })
})

test('Codex 0.142.5 compacts over a path of its own when it is told not to do it the newer way', async () => {
  await using directory = await privateDirectory()
  await using server = await openResponsesServer({
    model: scriptedModel([
      { when: { purpose: 'compaction' }, steps: [{ summary: 'SUMMARY' }] },
      { steps: [{ say: 'hi' }] },
    ]),
  })
  await using app = await openAppServer(directory.path, server.url, {
    version: '0.142.5',
    provider: 'OpenAI',
    tables: '\n[features]\nremote_compaction_v2 = false\n',
  })
  await app.turn('first')
  expect((await app.compact()).status).toBe('completed')
  await app.turn('second')
  expect(server.requests.map(({ purpose, stream }) => [purpose, stream])).toEqual([
    ['turn', true],
    ['compaction', false],
    ['turn', true],
  ])
  expect(server.requests.at(-1)?.body['input']).toContainEqual(
    expect.objectContaining({ type: 'compaction', encrypted_content: 'SUMMARY' }),
  )
})
