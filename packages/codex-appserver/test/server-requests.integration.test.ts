import { askingMcpServer, CODEX_VERSIONS } from '@x/fixtures'
import { openResponsesServer, scriptedModel, toolOutputs, type ModelStep } from '@x/responses'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'
import type { AppServerClient } from '../src/client.ts'
import { connect } from '../src/connect.ts'
import type { ServerRequestMethod } from '../src/method-types.ts'
import { createTranscriptRecording } from '../src/testing/record-transcript.ts'
import { startAppServer, type CodexVersion } from './start-app-server.ts'

afterAll(() => expectNoLeaks())

/** What makes a real Codex send one kind of request, and what becomes of it when nobody here handles it. */
interface Provocation {
  readonly method: ServerRequestMethod
  /** What the model does first; in its second answer it says `done`. */
  readonly step: ModelStep
  readonly tables?: (version: CodexVersion, modelUrl: string) => string
  readonly thread?: object
  readonly login?: (client: AppServerClient) => Promise<unknown>
  readonly answer: object
}

/** A call of a tool that has a namespace. */
function callIn(namespace: string, name: string): ModelStep {
  const item = { type: 'function_call', namespace, name, arguments: '{}', call_id: 'call_1' }
  return { event: { type: 'response.output_item.done', output_index: 0, item } }
}

const mcp = askingMcpServer()

/** A provider that takes the login of the account, and an account whose tokens are the client's business. */
const ACCOUNT = {
  tables: (_version: CodexVersion, modelUrl: string) => `[model_providers.signed]
name = "signed"
base_url = "${modelUrl}"
wire_api = "responses"
requires_openai_auth = true
request_max_retries = 1
stream_max_retries = 1`,
  thread: { modelProvider: 'signed' },
  login: (client: AppServerClient) =>
    client.requestUntyped('account/login/start', {
      type: 'chatgptAuthTokens',
      accessToken: unsignedToken(),
      chatgptAccountId: 'account',
      chatgptPlanType: 'pro',
    }),
}

function unsignedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const auth = { chatgpt_plan_type: 'pro', chatgpt_account_id: 'account', chatgpt_user_id: 'user' }
  const claims = {
    exp: Math.floor(Date.now() / 1_000) + 3_600,
    email: 'person@example.test',
    'https://api.openai.com/auth': auth,
  }
  return `${part({ alg: 'none' })}.${part(claims)}.none`
}

const refused = (method: string): object => ({
  error: { code: -32601, message: `"${method}" is not supported by this client` },
})

const PROVOCATIONS: readonly Provocation[] = [
  {
    method: 'item/commandExecution/requestApproval',
    step: { call: 'exec_command', arguments: { cmd: 'touch made.txt' } },
    answer: { result: { decision: 'decline' } },
  },
  {
    method: 'item/fileChange/requestApproval',
    step: { custom: 'apply_patch', input: '*** Begin Patch\n*** Add File: a.md\n+a\n*** End Patch\n' },
    answer: { result: { decision: 'decline' } },
  },
  {
    method: 'item/tool/requestUserInput',
    step: {
      call: 'request_user_input',
      arguments: {
        questions: [
          {
            id: 'q',
            header: 'Colour',
            question: 'Which?',
            options: [
              { label: 'Red', description: 'warm' },
              { label: 'Blue', description: 'cold' },
            ],
          },
        ],
      },
    },
    tables: () => '[features]\ndefault_mode_request_user_input = true',
    answer: { result: { answers: {} } },
  },
  {
    method: 'item/permissions/requestApproval',
    step: {
      call: 'request_permissions',
      arguments: { reason: 'needed', permissions: { file_system: { write: ['/srv/notes'] } } },
    },
    tables: () => '[features]\nrequest_permissions_tool = true',
    // Under `untrusted` it would be refused without asking.
    thread: { approvalPolicy: 'on-request' },
    answer: { result: { permissions: {} } },
  },
  {
    method: 'item/tool/call',
    step: { call: 'look_up', arguments: {} },
    thread: {
      dynamicTools: [
        { type: 'function', name: 'look_up', description: 'Looks up.', inputSchema: { type: 'object' } },
      ],
    },
    answer: {
      result: {
        success: false,
        contentItems: [{ type: 'inputText', text: '"look_up" is not supported by this client' }],
      },
    },
  },
  {
    method: 'mcpServer/elicitation/request',
    step: callIn('mcp__asker', 'greet'),
    tables: () =>
      `[mcp_servers.asker]\ncommand = ${JSON.stringify(mcp.command)}\nargs = ${JSON.stringify(mcp.args)}`,
    thread: { approvalPolicy: 'on-request' },
    answer: { result: { action: 'decline' } },
  },
  {
    method: 'currentTime/read',
    step: callIn('clock', 'curr_time'),
    tables: (version) => `[features.current_time_reminder]
enabled = true
clock_source = "external"
${version === '0.142.5' ? 'reminder_interval_model_requests' : 'reminder_interval_seconds'} = 1`,
    answer: { result: { currentTimeAt: expect.closeTo(Date.now() / 1_000, -3) as number } },
  },
  {
    method: 'attestation/generate',
    step: { say: 'done' },
    ...ACCOUNT,
    answer: refused('attestation/generate'),
  },
  {
    method: 'account/chatgptAuthTokens/refresh',
    step: { fail: { status: 401, message: 'This token is not known.' } },
    ...ACCOUNT,
    answer: refused('account/chatgptAuthTokens/refresh'),
  },
]

describe.each(CODEX_VERSIONS)('a request of codex %s that nobody handles', (version) => {
  test.each(PROVOCATIONS)('$method is answered, and the turn goes on', async (provocation) => {
    let calls = 0
    const model = scriptedModel([
      { when: (request) => toolOutputs(request).length > 0, steps: [{ say: 'done' }] },
      { steps: () => ((calls += 1) === 1 ? [provocation.step] : [{ say: 'done' }]) },
    ])
    await using responses = await openResponsesServer({ model })
    const tables = provocation.tables?.(version, responses.url) ?? ''
    await using server = await startAppServer(version, { modelUrl: responses.url, tables })
    const recording = createTranscriptRecording()
    await using client = await connect(recording.record(await server.connectSocket()), {
      clientInfo: { name: 'appserver-test', version: '0.0.0' },
      capabilities: { experimentalApi: true, requestAttestation: true },
    })
    await provocation.login?.(client)
    const { thread } = await client.request('thread/start', {
      cwd: server.workDirectory,
      approvalPolicy: 'untrusted',
      sandbox: 'workspace-write',
      ...provocation.thread,
    })
    let text = ''
    const ended = new Promise<string>((resolve) => {
      client.onNotification('item/agentMessage/delta', ({ delta }) => (text += delta))
      client.onNotification('turn/completed', ({ turn }) => resolve(turn.status))
    })
    await client.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text: 'go' }] })
    expect(await ended).toBe('completed')
    expect(text).toBe('done')
    const asked = recording.steps.flatMap((step) =>
      'emit' in step && step.emit['method'] === provocation.method ? [step.emit['id']] : [],
    )
    expect(asked.length).toBeGreaterThan(0)
    const answers = recording.steps.flatMap((step) =>
      'expect' in step && step.expect['method'] === undefined && asked.includes(step.expect['id'])
        ? [step.expect]
        : [],
    )
    expect(answers).toEqual(asked.map((id) => ({ id, ...provocation.answer })))
  })
})
