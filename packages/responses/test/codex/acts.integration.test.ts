import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import type { ModelStep } from '../../src/model-step.ts'
import { openResponsesServer, type ResponsesServer } from '../../src/open-responses-server.ts'
import { parseScript } from '../../src/parse-script.ts'
import { inputImages, toolOutputs } from '../../src/read-request.ts'
import { scriptedModel } from '../../src/scripted-model.ts'
import { itemsOf, openAppServer, paramsOf } from '../app-server.ts'

afterAll(async () => {
  await expectNoLeaks()
})

// Each has another set of tools: a custom patch tool; none; code mode, where the tools stand in a description.
const MODELS = [
  ['0.142.5', 'gpt-5.5'],
  ['0.142.5', 'unheard-of'],
  ['0.169.0', 'gpt-5.5'],
  ['0.169.0', 'unheard-of'],
  ['0.169.0', 'gpt-6.1-sol'],
] as const

const RED_PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Plays the steps once, and then says what came back. */
const playing = (...steps: readonly ModelStep[]) =>
  scriptedModel([{ when: { calls: 0 }, steps }, { steps: [{ say: 'done' }] }])

function outputs(server: ResponsesServer): readonly string[] {
  const last = server.requests.at(-1)
  return last === undefined ? [] : toolOutputs(last).map(({ text }) => text)
}

describe.each(MODELS)('Codex %s with the model name %s', (version, model) => {
  test('makes, changes, moves and removes files with its own patch tool', async () => {
    await using directory = await privateDirectory()
    const work = path.join(directory.path, 'work')
    await mkdir(work)
    await writeFile(path.join(work, 'old.txt'), 'one\ntwo\nthree\n')
    await writeFile(path.join(work, 'gone.txt'), 'bye\n')
    await using server = await openResponsesServer({
      model: playing({
        patch: [
          { add: 'new.txt', content: 'a\n\nb\n' },
          {
            update: 'old.txt',
            moveTo: 'moved.txt',
            replace: [
              { from: 'two', to: 'TWO\n2' },
              { from: '', to: 'four' },
            ],
          },
          { delete: 'gone.txt' },
        ],
      }),
    })
    await using app = await openAppServer(directory.path, server.url, { version, model })
    const { messages } = await app.turn('go')
    expect(outputs(server)).toEqual([expect.stringContaining('Success. Updated the following files:')])
    expect(await readFile(path.join(work, 'new.txt'), 'utf8')).toBe('a\n\nb\n')
    expect(await readFile(path.join(work, 'moved.txt'), 'utf8')).toBe('one\nTWO\n2\nthree\nfour\n')
    expect([existsSync(path.join(work, 'old.txt')), existsSync(path.join(work, 'gone.txt'))]).toEqual([
      false,
      false,
    ])
    const [item] = itemsOf(messages, 'fileChange')
    expect(item).toMatchObject({ status: 'completed' })
    const kinds = (item?.['changes'] as readonly { readonly kind: { readonly type: string } }[]).map(
      ({ kind }) => kind.type,
    )
    expect(kinds.toSorted()).toEqual(['add', 'delete', 'update'])
    expect(paramsOf(messages, 'diff').at(-1)?.['diff']).toContain('+TWO')
  })

  test('runs calls of one answer side by side', async () => {
    await using directory = await privateDirectory()
    const marks = ['a', 'b', 'c']
    // Each waits for the others' marks, so one after the other they would never end.
    const commands = marks.map(
      (mark) =>
        `touch ${mark}; for i in $(seq 200); do [ -e a -a -e b -a -e c ] && echo met && exit; sleep 0.05; done; echo alone`,
    )
    await using server = await openResponsesServer({
      model: playing(
        ...commands.map((cmd) => ({ call: 'exec_command', arguments: { cmd, yield_time_ms: 20_000 } })),
      ),
    })
    await using app = await openAppServer(directory.path, server.url, { version, model })
    expect((await app.turn('go')).status).toBe('completed')
    expect(server.requests).toHaveLength(2)
    expect(outputs(server)).toEqual(marks.map(() => expect.stringMatching(/\nmet\n$/) as unknown))
  })

  test('lets a sub-agent answer by a rule of its own', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: scriptedModel(
        parseScript({
          rules: [
            { when: { agent: 'sub', text: '^more' }, steps: [{ say: 'I did more' }] },
            { when: { agent: 'sub', text: '^count' }, steps: [{ say: 'I am the sub-agent' }] },
            {
              when: { agent: 'main', calls: 0 },
              steps: [{ agent: 'spawn', message: 'count', name: 'helper' }],
            },
            { when: { agent: 'main', calls: 1 }, steps: [{ agent: 'wait', timeoutMs: 20_000 }] },
            { when: { agent: 'main', calls: 2 }, steps: [{ agent: 'send', message: 'more' }] },
            // To Codex the sub-agent is done, from before, until it has begun anew: a wait would end at once, and the
            // close come first.
            {
              when: { agent: 'main', calls: 3 },
              steps: [{ waitMs: 2_000 }, { agent: 'wait', timeoutMs: 20_000 }],
            },
            { when: { agent: 'main', calls: 4 }, steps: [{ agent: 'close' }] },
            { when: { agent: 'main' }, steps: [{ say: 'all done' }] },
          ],
        }),
      ),
    })
    await using app = await openAppServer(directory.path, server.url, { version, model })
    const { messages } = await app.turn('go')
    const said = itemsOf(messages, 'agentMessage').map(({ text }) => text)
    expect(said).toEqual(['I am the sub-agent', 'I did more', 'all done'])
    const agents = server.requests.filter(({ agent }) => agent !== undefined)
    expect(agents.map(({ agent }) => agent?.parentThreadId)).toEqual([app.threadId, app.threadId])
    expect(new Set(agents.map(({ threadId }) => threadId)).size).toBe(1)
    expect(agents[0]?.threadId).not.toBe(app.threadId)
    const newer = model === 'gpt-6.1-sol'
    expect(agents[0]?.agent?.path).toBe(newer ? '/root/helper' : undefined)
    expect(itemsOf(messages).map(({ type }) => type)).toContain(
      newer ? 'subAgentActivity' : 'collabAgentToolCall',
    )
  })
})

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  test('shows reasoning as it comes: several parts of the summary, and the raw thoughts', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: playing({ think: ['**First** look', '**Then** think'], raw: 'raw thoughts' }, { say: 'hi' }),
    })
    // Raw thoughts are only shown to who asks for them.
    const config = 'show_raw_agent_reasoning = true\nmodel_reasoning_summary = "detailed"\n'
    await using app = await openAppServer(directory.path, server.url, { version, config })
    const { messages } = await app.turn('go')
    expect(paramsOf(messages, 'reasoningPart').map((params) => params['summaryIndex'])).toEqual([0, 1])
    expect(
      paramsOf(messages, 'reasoningSummary').map((params) => [params['summaryIndex'], params['delta']]),
    ).toEqual([
      [0, '**First** '],
      [0, 'look'],
      [1, '**Then** '],
      [1, 'think'],
    ])
    expect(paramsOf(messages, 'rawReasoning').map((params) => params['delta'])).toEqual(['raw ', 'thoughts'])
    expect(itemsOf(messages, 'reasoning')).toMatchObject([
      { summary: ['**First** look', '**Then** think'], content: ['raw thoughts'] },
    ])
  })

  test('takes a plan, where its settings offer the tool', async () => {
    await using directory = await privateDirectory()
    const plan = [
      { step: 'look', status: 'completed' },
      { step: 'act', status: 'in_progress' },
      { step: 'tell' },
    ] as const
    await using server = await openResponsesServer({ model: playing({ plan, explanation: 'because' }) })
    const tables = version === '0.142.5' ? '' : '\n[tools.update_plan]\nenabled = true\n'
    await using app = await openAppServer(directory.path, server.url, { version, tables })
    const { messages } = await app.turn('go')
    expect(outputs(server)).toEqual(['Plan updated'])
    expect(paramsOf(messages, 'plan')).toMatchObject([
      {
        explanation: 'because',
        plan: [
          { step: 'look', status: 'completed' },
          { step: 'act', status: 'inProgress' },
          { step: 'tell', status: 'pending' },
        ],
      },
    ])
  })

  test('sends images of the person and of its own looking', async () => {
    await using directory = await privateDirectory()
    const file = path.join(directory.path, 'red.png')
    await writeFile(file, Buffer.from(RED_PIXEL.split(',')[1] ?? '', 'base64'))
    await using server = await openResponsesServer({
      model: scriptedModel([
        { when: { afterCall: 'view_image' }, steps: [{ say: 'seen' }] },
        { when: { images: 2, text: '^look$' }, steps: [{ call: 'view_image', arguments: { path: file } }] },
      ]),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    const run = await app.turn('', {
      input: [
        { type: 'text', text: 'look', text_elements: [] },
        { type: 'localImage', path: file },
        { type: 'image', url: RED_PIXEL },
      ],
    })
    expect(run.status).toBe('completed')
    expect(itemsOf(run.messages, 'imageView')).toMatchObject([{ path: file }])
    const last = server.requests.at(-1)
    if (last === undefined) throw new Error('the server was never asked')
    const images = inputImages(last)
    expect(images.map(({ path: from }) => from)).toEqual([file, undefined, undefined])
    for (const { url, detail } of images) {
      expect(url).toMatch(/^data:image\/png;base64,.{40}/)
      expect(detail).toMatch(/^(?:high|original)$/)
    }
  })

  test('asks for JSON of a shape and gets what the script gives', async () => {
    await using directory = await privateDirectory()
    const schema = {
      type: 'object',
      properties: { files: { type: 'array', items: { type: 'string' } } },
      required: ['files'],
      additionalProperties: false,
    }
    await using server = await openResponsesServer({
      model: scriptedModel([{ when: { schema: true }, steps: [{ answer: { files: ['a', 'b'] } }] }]),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    const { messages } = await app.turn('go', { outputSchema: schema })
    expect(itemsOf(messages, 'agentMessage').map(({ text }) => text)).toEqual(['{"files":["a","b"]}'])
    expect(server.requests[0]?.outputSchema?.schema).toEqual(schema)
  })

  test.each([
    ['in words', 'offline'],
    ['as an item, where the provider is the real service by its name', 'OpenAI'],
  ])('compacts a thread %s', async (_how, provider) => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: scriptedModel([
        { when: { purpose: 'compaction' }, steps: [{ summary: 'SUMMARY' }] },
        { steps: [{ say: 'hi' }] },
      ]),
    })
    await using app = await openAppServer(directory.path, server.url, { version, provider })
    await app.turn('first')
    const compacted = await app.compact()
    expect(compacted.status).toBe('completed')
    expect(itemsOf(compacted.messages).map(({ type }) => type)).toEqual(['contextCompaction'])
    await app.turn('second')
    expect(server.requests.map(({ purpose }) => purpose)).toEqual(['turn', 'compaction', 'turn'])
    expect(JSON.stringify(server.requests.at(-1)?.body['input'])).toContain('SUMMARY')
  })
})
