import { CODEX_VERSIONS } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'
import { SERVER_NOTIFICATION_METHODS } from '../../src/_generated/methods.ts'
import type { AppServerClient } from '../../src/client.ts'
import { connect } from '../../src/connect.ts'
import { RpcError, type ProtocolError } from '../../src/errors.ts'
import { supports } from '../../src/method-facts.ts'
import type { ClientMethod } from '../../src/method-types.ts'
import { startAppServer, type TestAppServer } from '../start-app-server.ts'
import { startScriptedModel, type ModelItem } from '../start-scripted-model.ts'

afterAll(() => expectNoLeaks())

const clientInfo = { name: 'appserver-test', version: '0.0.0' }

const SCRIPT: readonly ModelItem[] = [
  { type: 'function_call', name: 'exec_command', arguments: { cmd: 'touch made.txt; ls' } },
  { type: 'message', text: 'one two three', deltas: ['one ', 'two ', 'three'] },
  { type: 'function_call', name: 'exec_command', arguments: { cmd: 'false' } },
  { type: 'message', text: 'done' },
]

/** Everything that can be read without changing anything, and that wants no more than a thread. */
function readings(threadId: string, cwd: string): readonly (readonly [ClientMethod, object | undefined])[] {
  const thread = { threadId }
  return [
    ['thread/read', { ...thread, includeTurns: true }],
    ['thread/turns/list', thread],
    ['thread/list', {}],
    ['thread/search', { searchTerm: 'go' }],
    ['thread/loaded/list', {}],
    ['thread/goal/get', thread],
    ['thread/backgroundTerminals/list', thread],
    ['model/list', { includeHidden: true }],
    ['modelProvider/capabilities/read', {}],
    ['skills/list', { cwds: [cwd] }],
    ['hooks/list', { cwds: [cwd] }],
    ['app/list', {}],
    ['plugin/list', {}],
    ['experimentalFeature/list', {}],
    ['permissionProfile/list', {}],
    ['collaborationMode/list', {}],
    ['mcpServerStatus/list', {}],
    ['remoteControl/status/read', undefined],
    ['account/read', {}],
    ['config/read', { includeLayers: true, cwd }],
    ['configRequirements/read', undefined],
    ['externalAgentConfig/import/readHistories', undefined],
    ['fs/readDirectory', { path: cwd }],
    ['fuzzyFileSearch', { query: 'made', roots: [cwd], cancellationToken: null }],
    ['thread/resume', thread],
    ['thread/fork', thread],
  ]
}

/** Which of them were answered with a result that was found good; any other end but a refusal is thrown. */
async function readAll(
  client: AppServerClient,
  version: string,
  threadId: string,
  cwd: string,
): Promise<string[]> {
  const answered: string[] = []
  for (const [method, params] of readings(threadId, cwd)) {
    if (!supports(version, method, { experimentalApi: true })) continue
    try {
      await client.request(method, params)
      answered.push(method)
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
    }
  }
  return answered
}

async function takeTurn(client: AppServerClient, threadId: string): Promise<void> {
  const completed = new Promise((resolve) => {
    client.onNotification('turn/completed', resolve)
  })
  await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
  await completed
}

async function startThread(client: AppServerClient, server: TestAppServer): Promise<string> {
  const { thread } = await client.request('thread/start', {
    cwd: server.workDirectory,
    approvalPolicy: 'untrusted',
    sandbox: 'workspace-write',
    experimentalRawEvents: true,
  })
  return thread.id
}

describe.each(CODEX_VERSIONS)('what codex %s says', (version) => {
  test('is what its methods promise: turns, approvals, and every answer that can be had for the asking', async () => {
    await using model = await startScriptedModel(SCRIPT)
    await using server = await startAppServer(version, { modelUrl: model.url })
    const offences: ProtocolError[] = []
    await using client = await connect(await server.connectSocket(), {
      clientInfo,
      capabilities: { experimentalApi: true },
      onProtocolError: (error) => offences.push(error),
    })
    client.onRequest('item/commandExecution/requestApproval', () => ({ decision: 'accept' }))
    const notified = new Set<string>()
    client.onAnyNotification(({ method }) => notified.add(method))
    const threadId = await startThread(client, server)
    await takeTurn(client, threadId)
    await takeTurn(client, threadId)
    const answered = await readAll(client, version, threadId, server.workDirectory)
    expect(offences.map(({ message }) => message)).toEqual([])
    expect(answered).toEqual(
      expect.arrayContaining(['thread/read', 'thread/resume', 'model/list', 'config/read']),
    )
    expect(answered.length).toBeGreaterThan(20)
    const known: readonly string[] = SERVER_NOTIFICATION_METHODS
    expect([...notified].filter((method) => !known.includes(method))).toEqual([])
    expect([...notified]).toEqual(
      expect.arrayContaining(['item/completed', 'item/agentMessage/delta', 'rawResponseItem/completed']),
    )
  })
})
