import { existsSync } from 'node:fs'
import path from 'node:path'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import type { ModelStep } from '../../src/model-step.ts'
import { openResponsesServer, type ResponsesServer } from '../../src/open-responses-server.ts'
import { toolOutputs } from '../../src/read-request.ts'
import { scriptedModel } from '../../src/scripted-model.ts'
import { openAppServer, paramsOf } from '../app-server.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const playing = (...steps: readonly ModelStep[]) =>
  scriptedModel([{ when: { calls: 0 }, steps }, { steps: [{ say: 'done' }] }])

function output(server: ResponsesServer): string {
  const last = server.requests.at(-1)
  return last === undefined
    ? ''
    : toolOutputs(last)
        .map(({ text }) => text)
        .join('\n')
}

const QUESTION = {
  questions: [
    {
      id: 'colour',
      header: 'Colour',
      question: 'Which one?',
      options: [
        { label: 'red', description: 'warm' },
        { label: 'blue', description: 'cold' },
      ],
    },
  ],
}

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  // A command that is refused within some milliseconds mostly has no item, one that takes longer always has.
  test('refuses a write outside, and shows it when it took a while', async () => {
    await using directory = await privateDirectory()
    const outside = path.join(directory.path, 'outside')
    await using server = await openResponsesServer({
      model: playing({ call: 'exec_command', arguments: { cmd: `sleep 0.5; touch ${outside}` } }),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    await app.turn('go')
    expect(output(server)).toContain('Read-only file system')
    expect(existsSync(outside)).toBe(false)
    expect(await app.itemDone('commandExecution')).toMatchObject({ status: 'failed', exitCode: 1 })
  })

  test('refuses the network', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: scriptedModel([{ when: { calls: 0 }, steps: () => [reach()] }, { steps: [{ say: 'done' }] }]),
    })
    // Somebody listens there, so that only the sandbox can be what stands in the way.
    const reach = (): ModelStep => ({
      call: 'exec_command',
      arguments: { cmd: `exec 3<>/dev/tcp/127.0.0.1/${String(server.port)} && echo reached` },
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    await app.turn('go')
    expect(output(server)).toMatch(/Process exited with code 1/)
    expect(output(server)).not.toContain('\nreached')
  })

  test.each([
    ['accept', true],
    ['decline', false],
  ])('asks before it leaves the sandbox, and does it on %s', async (decision, done) => {
    await using directory = await privateDirectory()
    const outside = path.join(directory.path, 'outside')
    await using server = await openResponsesServer({
      model: playing({
        call: 'exec_command',
        arguments: {
          cmd: `touch ${outside}`,
          sandbox_permissions: 'require_escalated',
          justification: 'it must be there',
        },
      }),
    })
    await using app = await openAppServer(directory.path, server.url, {
      version,
      config: 'approval_policy = "on-request"\n',
      answer: () => ({ decision }),
    })
    const { messages } = await app.turn('go')
    expect(paramsOf(messages, 'askCommand')).toMatchObject([{ reason: 'it must be there' }])
    expect(existsSync(outside)).toBe(done)
    expect(await app.itemDone('commandExecution')).toMatchObject({ status: done ? 'completed' : 'declined' })
  })

  test.each([
    ['in plan mode', {}, 'plan'],
    [
      'in the default mode with the feature on',
      { tables: '\n[features]\ndefault_mode_request_user_input = true\n' },
      'default',
    ],
  ])('asks the person %s', async (_when, options, mode) => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: playing({ call: 'request_user_input', arguments: QUESTION }),
    })
    await using app = await openAppServer(directory.path, server.url, {
      version,
      ...options,
      answer: () => ({ answers: { colour: { answers: ['blue'] } } }),
    })
    const settings = { model: 'gpt-5.5', reasoning_effort: null, developer_instructions: null }
    const { messages } = await app.turn('go', { collaborationMode: { mode, settings } })
    expect(paramsOf(messages, 'askPerson')).toMatchObject([
      { questions: [{ id: 'colour', options: [{}, {}] }] },
    ])
    expect(output(server)).toBe('{"answers":{"colour":{"answers":["blue"]}}}')
  })

  test('refuses to ask the person in the default mode', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: playing({ call: 'request_user_input', arguments: QUESTION }),
    })
    await using app = await openAppServer(directory.path, server.url, { version })
    await app.turn('go')
    expect(output(server)).toBe('request_user_input is unavailable in Default mode')
  })

  test('asks for more rights, where the feature is on', async () => {
    await using directory = await privateDirectory()
    await using server = await openResponsesServer({
      model: playing({
        call: 'request_permissions',
        arguments: { reason: 'to fetch', permissions: { network: { enabled: true } } },
      }),
    })
    await using app = await openAppServer(directory.path, server.url, {
      version,
      config: 'approval_policy = "on-request"\n',
      tables: '\n[features]\nrequest_permissions_tool = true\n',
      answer: () => ({ permissions: { network: { enabled: true } }, scope: 'turn' }),
    })
    const { messages } = await app.turn('go')
    expect(paramsOf(messages, 'askPermissions')).toMatchObject([
      { reason: 'to fetch', permissions: { network: { enabled: true } } },
    ])
    expect(JSON.parse(output(server))).toMatchObject({ permissions: { network: { enabled: true } } })
  })
})
