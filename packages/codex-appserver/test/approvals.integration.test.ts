import { CODEX_VERSIONS } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'
import type { AppServerClient } from '../src/client.ts'
import { connect } from '../src/connect.ts'
import type { ThreadItem } from '../src/_generated/protocol.ts'
import { startAppServer, type CodexVersion, type TestAppServer } from './start-app-server.ts'
import { startScriptedModel, type ScriptedModel } from './start-scripted-model.ts'

afterAll(() => expectNoLeaks())

const approval = 'item/commandExecution/requestApproval'
const clientInfo = { name: 'appserver-test', version: '0.0.0' }

/** One turn whose only command needs an approval, and how that command and the turn ended. */
interface AskingTurn extends AsyncDisposable {
  readonly server: TestAppServer
  readonly model: ScriptedModel
  readonly client: AppServerClient
  readonly threadId: string
  start(): Promise<{ readonly turn: string; readonly command: string | undefined }>
}

async function askingTurn(version: CodexVersion): Promise<AskingTurn> {
  const model = await startScriptedModel([
    { type: 'function_call', name: 'exec_command', arguments: { cmd: 'touch made.txt' } },
  ])
  const server = await startAppServer(version, { modelUrl: model.url })
  const client = await connect(await server.connectSocket(), { clientInfo })
  const started = await client.request('thread/start', {
    cwd: server.workDirectory,
    approvalPolicy: 'untrusted',
    sandbox: 'workspace-write',
  })
  const threadId = started.thread.id
  return {
    server,
    model,
    client,
    threadId,
    start: async () => {
      const ended = endOf(client)
      await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
      return ended
    },
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

function endOf(client: AppServerClient): Promise<{ turn: string; command: string | undefined }> {
  return new Promise((resolve) => {
    let turn: string | undefined
    let command: string | undefined
    // In 0.142.5 the command's end may come after the turn's.
    const finish = (): void => {
      if (turn !== undefined && (command !== undefined || turn === 'interrupted')) resolve({ turn, command })
    }
    client.onNotification('item/completed', ({ item }: { readonly item: ThreadItem }) => {
      if (item.type !== 'commandExecution') return
      command = item.status
      finish()
    })
    client.onNotification('turn/completed', (params) => {
      turn = params.turn.status
      finish()
    })
  })
}

describe.each(CODEX_VERSIONS)('an approval of codex %s', (version) => {
  test('that nobody handles is declined, and the turn goes on', async () => {
    await using asking = await askingTurn(version)
    expect(await asking.start()).toEqual({ turn: 'completed', command: 'declined' })
    expect(asking.model.requests.length).toBe(2)
  })

  test('whose handler throws does not hang the turn', async () => {
    await using asking = await askingTurn(version)
    asking.client.onRequest(approval, () => Promise.reject(new Error('mine')))
    expect(await asking.start()).toEqual({ turn: 'completed', command: 'failed' })
  })

  test('that stays open is sent to a second client, whose answer counts and aborts the first', async () => {
    await using asking = await askingTurn(version)
    const { client, server, threadId } = asking
    let reason: unknown
    const asked = new Promise<unknown>((resolve) => {
      client.onRequest(approval, (_params, { requestId, signal }) => {
        resolve(requestId)
        return new Promise((answer) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
            answer({ decision: 'cancel' })
          })
        })
      })
    })
    const ended = asking.start()
    const firstId = await asked
    await using second = await connect(await server.connectSocket(), { clientInfo })
    const order: unknown[] = []
    second.onRequest(approval, (_params, { requestId }) => {
      order.push(requestId)
      return { decision: 'accept' }
    })
    await second.request('thread/resume', { threadId })
    order.unshift('resumed')
    expect(await ended).toEqual({ turn: 'completed', command: 'completed' })
    expect(order).toEqual(['resumed', firstId])
    expect(reason).toMatchObject({ code: 'answered-elsewhere' })
  })

  test('aborts its handler when the turn is interrupted', async () => {
    await using asking = await askingTurn(version)
    const { client, threadId } = asking
    const aborted = new Promise<unknown>((resolve) => {
      client.onRequest(approval, ({ turnId }, { signal }) => {
        signal.addEventListener('abort', () => {
          resolve(signal.reason)
        })
        void client.request('turn/interrupt', { threadId, turnId })
        return new Promise(() => undefined)
      })
    })
    expect(await asking.start()).toMatchObject({ turn: 'interrupted' })
    expect(await aborted).toMatchObject({ code: 'answered-elsewhere' })
  })
})
