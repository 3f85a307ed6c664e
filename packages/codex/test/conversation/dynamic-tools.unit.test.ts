import { AppServerError, ConnectionClosedError } from '@x/codex-appserver'
import { describe, expect, test } from 'vitest'
import { assertTools, DynamicTools, type DynamicTool } from '../../src/conversation/dynamic-tools.ts'
import { ConfigError } from '../../src/errors.ts'
import { RequestClient } from './request-client.ts'

const CALL = 'item/tool/call'
const params = { threadId: 'mine', turnId: 't', callId: 'c', namespace: null, tool: 'lookup', arguments: {} }
const told = (success: boolean, text: string) => ({ success, contentItems: [{ type: 'inputText', text }] })

function tool(run: DynamicTool['run'], more: Partial<DynamicTool> = {}): DynamicTool {
  return { name: 'lookup', description: 'Looks up.', inputSchema: { type: 'object' }, run, ...more }
}

function bound(tools: DynamicTools): RequestClient {
  const server = new RequestClient()
  tools.bind(server.client)
  return server
}

describe('a tool of the embedder', () => {
  test('answers, bounded', async () => {
    const server = bound(new DynamicTools([tool((input) => JSON.stringify(input).repeat(70_000))]))
    const answer = (await server.ask(CALL, params)) as ReturnType<typeof told>
    expect(answer.success).toBe(true)
    expect(answer.contentItems[0]?.text).toHaveLength(64 * 1024)
  })

  test.each([
    ['throws', tool(() => Promise.reject(new Error('empty'))), {}, 'empty'],
    [
      'throws at once',
      tool(() => {
        throw new Error('broken')
      }),
      {},
      'broken',
    ],
    [
      'takes too long',
      tool(() => new Promise(() => undefined), { timeoutMs: 5 }),
      {},
      'No answer within 5 ms.',
    ],
    ['is unknown', tool(() => ''), { tool: 'other' }, 'There is no tool "other" here.'],
    ['is of a namespace', tool(() => ''), { namespace: 'mcp' }, 'There is no tool "lookup" here.'],
  ])('that %s is a failed answer', async (_, one, more, text) => {
    const server = bound(new DynamicTools([one]))
    expect(await server.ask(CALL, { ...params, ...more })).toEqual(told(false, text))
  })

  test('runs once, also when its answer is asked for again', async () => {
    let runs = 0
    let finish: (text: string) => void = () => undefined
    const tools = new DynamicTools([
      tool(() => {
        runs += 1
        return new Promise<string>((resolve) => (finish = resolve))
      }),
    ])
    const link = new AbortController()
    void bound(tools).ask(CALL, params, { signal: link.signal })
    await new Promise((resolve) => setImmediate(resolve))
    link.abort(new ConnectionClosedError({ reason: 'link-failed', detail: 'cut' }))
    const again = bound(tools).ask(CALL, params)
    finish('found')
    expect(await again).toEqual(told(true, 'found'))
    expect(runs).toBe(1)
  })

  test('is told when its turn has ended, and when everything has', async () => {
    const signals: AbortSignal[] = []
    const tools = new DynamicTools([
      tool((_, { signal }) => {
        signals.push(signal)
        return new Promise(() => undefined)
      }),
    ])
    const server = bound(tools)
    const turn = new AbortController()
    void server.ask(CALL, params, { signal: turn.signal })
    void server.ask(CALL, { ...params, callId: 'd' })
    await new Promise((resolve) => setImmediate(resolve))
    turn.abort(new AppServerError('answered-elsewhere', 'over'))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    tools.end()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  test.each([
    [[tool(() => '', { name: 'no spaces' })]],
    [[tool(() => ''), tool(() => '')]],
    [[tool(() => '', { timeoutMs: 0 })]],
  ])('that can not be offered is refused before anything runs', (tools) => {
    expect(() => assertTools(tools)).toThrow(ConfigError)
  })
})
