import type { KnownNotification, ThreadItem, Turn as CodexTurn } from '@x/codex-appserver'
import { describe, expect, test } from 'vitest'
import { translateError } from '../../src/conversation/translate-error.ts'
import { translateItem } from '../../src/conversation/translate-item.ts'
import { translateNotification } from '../../src/conversation/translate-notification.ts'
import { translateTurn } from '../../src/conversation/translate-turn.ts'

const command: Extract<ThreadItem, { type: 'commandExecution' }> = {
  type: 'commandExecution',
  id: 'c',
  command: "/bin/bash -lc 'echo one; exit 3'",
  commandActions: [],
  cwd: '/work',
  status: 'failed',
  aggregatedOutput: 'one\n',
  exitCode: 3,
  durationMs: 12,
}
const turn: CodexTurn = { id: 't', items: [], status: 'completed', startedAt: 10, completedAt: 12 }
const at = { threadId: 'mine', turnId: 't' }
const translate = (notification: KnownNotification): unknown => translateNotification('mine', notification)

describe('translateNotification', () => {
  test('tells deltas of each kind', () => {
    const params = { ...at, itemId: 'i', delta: 'piece' }
    const told = { type: 'item-delta', turnId: 't', itemId: 'i', text: 'piece' }
    expect(translate({ method: 'item/agentMessage/delta', params })).toEqual([
      { ...told, kind: 'agent-message' },
    ])
    expect(translate({ method: 'item/commandExecution/outputDelta', params })).toEqual([
      { ...told, kind: 'command' },
    ])
    expect(
      translate({ method: 'item/reasoning/summaryTextDelta', params: { ...params, summaryIndex: 0 } }),
    ).toEqual([{ ...told, kind: 'reasoning' }])
  })

  test('tells items as they begin and end', () => {
    const item = { type: 'command', id: 'c', command: 'echo one; exit 3', cwd: '/work', outputDropped: 0 }
    expect(
      translate({ method: 'item/completed', params: { ...at, item: command, completedAtMs: 1 } }),
    ).toEqual([
      {
        type: 'item-completed',
        turnId: 't',
        item: { ...item, phase: 'done', status: 'failed', output: 'one\n', exitCode: 3, durationMs: 12 },
      },
    ])
    const begun: ThreadItem = {
      ...command,
      status: 'inProgress',
      aggregatedOutput: null,
      exitCode: null,
      durationMs: null,
    }
    expect(translate({ method: 'item/started', params: { ...at, item: begun, startedAtMs: 1 } })).toEqual([
      { type: 'item-started', turnId: 't', item: { ...item, phase: 'open', status: 'running', output: '' } },
    ])
  })

  test('tells how a turn goes on', () => {
    const started = { id: 't', status: 'in-progress', items: [], startedAt: 10_000 }
    expect(
      translate({
        method: 'turn/started',
        params: { threadId: 'mine', turn: { ...turn, status: 'inProgress', completedAt: null } },
      }),
    ).toEqual([{ type: 'turn-started', turn: started }])
    expect(translate({ method: 'turn/completed', params: { threadId: 'mine', turn } })).toEqual([
      { type: 'turn-ended', turnId: 't', status: 'completed', endedAt: 12_000 },
    ])
    // A turn can't have completed and still run.
    expect(
      translate({
        method: 'turn/completed',
        params: { threadId: 'mine', turn: { ...turn, status: 'inProgress' } },
      }),
    ).toEqual([])
    const tokens = {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      cachedInputTokens: 0,
      reasoningOutputTokens: 0,
    }
    expect(
      translate({
        method: 'thread/tokenUsage/updated',
        params: { ...at, tokenUsage: { last: tokens, total: { ...tokens, inputTokens: 100 } } },
      }),
    ).toEqual([
      {
        type: 'turn-usage',
        turnId: 't',
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3, cachedTokens: 0 },
      },
      { type: 'context-used', context: { usedTokens: 3, totalTokens: 3 } },
    ])
  })

  test('tells an error that is tried again, and leaves one that ends the turn to its end', () => {
    const error = { message: 'Reconnecting... 1/5', additionalDetails: 'error sending request for url (x)' }
    expect(translate({ method: 'error', params: { ...at, error, willRetry: true } })).toEqual([
      {
        type: 'turn-waiting',
        turnId: 't',
        waiting: {
          message: 'Reconnecting... 1/5 (error sending request for url (x))',
          remedy: expect.stringContaining('endpoint'),
        },
      },
    ])
    expect(translate({ method: 'error', params: { ...at, error, willRetry: false } })).toEqual([])
  })

  test('passes over other threads, whatever they tell', () => {
    const other = { threadId: 'of-a-review', turnId: 't' }
    const notifications: KnownNotification[] = [
      { method: 'item/agentMessage/delta', params: { ...other, itemId: 'i', delta: 'piece' } },
      { method: 'item/completed', params: { ...other, item: command, completedAtMs: 1 } },
      { method: 'turn/completed', params: { threadId: 'of-a-review', turn } },
      { method: 'error', params: { ...other, error: { message: 'no' }, willRetry: true } },
    ]
    expect(notifications.flatMap((one) => translateNotification('mine', one))).toEqual([])
  })

  test('keeps warnings, but for the one about what we bring along', () => {
    expect(translate({ method: 'warning', params: { message: 'mind the gap' } })).toEqual([
      { type: 'notice', notice: { id: 'mind the gap', level: 'warning', message: 'mind the gap' } },
    ])
    const summary = 'Codex could not find system bubblewrap on PATH.'
    expect(translate({ method: 'configWarning', params: { summary } })).toEqual([])
    expect(translate({ method: 'configWarning', params: { summary: 'unknown key' } })).toHaveLength(1)
  })
})

describe('translateItem', () => {
  test('names an item that it does not know', () => {
    const item = { type: 'somethingNewer', id: 'n', text: 'its words' } as unknown as ThreadItem
    expect(translateItem(item, 'done')).toEqual({
      type: 'other',
      id: 'n',
      phase: 'done',
      kind: 'somethingNewer',
      text: 'its words',
    })
    const silent = { type: 'somethingNewer', id: 'n' } as unknown as ThreadItem
    expect(translateItem(silent, 'done')).toMatchObject({ kind: 'somethingNewer', text: '' })
  })

  test('joins what a person sent, and names what is no text', () => {
    const item: ThreadItem = {
      type: 'userMessage',
      id: 'u',
      clientId: 'mine',
      content: [
        { type: 'text', text: 'look', text_elements: [] },
        { type: 'image', url: 'data:' },
      ],
    }
    expect(translateItem(item, 'done')).toEqual({
      type: 'user-message',
      id: 'u',
      phase: 'done',
      text: 'look',
      attachments: ['image'],
      clientId: 'mine',
    })
    expect(translateItem({ ...item, clientId: null }, 'done')).not.toHaveProperty('clientId')
  })

  test('tells the summary of a reasoning from the reasoning itself', () => {
    const item: ThreadItem = { type: 'reasoning', id: 'r', summary: ['one', 'two'], content: ['all'] }
    expect(translateItem(item, 'done')).toMatchObject({ text: 'one\n\ntwo', detail: 'all' })
    expect(
      translateItem({ type: 'reasoning', id: 'r', summary: [], content: ['all'] }, 'done'),
    ).toMatchObject({ text: '', detail: 'all' })
    expect(translateItem({ type: 'reasoning', id: 'r' }, 'done')).not.toHaveProperty('detail')
  })

  test('shows a move as what goes and what comes', () => {
    const item: ThreadItem = {
      type: 'fileChange',
      id: 'f',
      status: 'inProgress',
      changes: [
        { path: '/work/a', kind: { type: 'update', move_path: '/else/b' }, diff: '@@' },
        { path: '/work/c', kind: { type: 'update', move_path: null }, diff: '@@' },
        { path: '/work/d', kind: { type: 'add' }, diff: 'new' },
      ],
    }
    expect(translateItem(item, 'open')).toEqual({
      type: 'file-change',
      id: 'f',
      phase: 'open',
      status: 'running',
      changes: [
        { path: '/work/a', kind: 'delete', diff: '' },
        { path: '/else/b', kind: 'add', diff: '@@' },
        { path: '/work/c', kind: 'update', diff: '@@' },
        { path: '/work/d', kind: 'add', diff: 'new' },
      ],
    })
  })
})

describe('translateTurn', () => {
  test('takes a failure without an error for an interruption', () => {
    expect(translateTurn({ ...turn, status: 'failed' })).toMatchObject({ status: 'interrupted' })
    expect(translateTurn({ ...turn, status: 'failed', error: { message: 'why' } })).toMatchObject({
      status: 'failed',
      error: { message: 'why' },
    })
    const newer = { ...turn, status: 'paused' } as unknown as CodexTurn
    expect(translateTurn(newer)).toMatchObject({ status: 'failed' })
  })

  test('knows that only a change that waits for its approval is listed unfinished', () => {
    const change: ThreadItem = { type: 'fileChange', id: 'f', status: 'inProgress', changes: [] }
    const { items } = translateTurn({ ...turn, items: [command, change, { ...change, status: 'completed' }] })
    expect(items.map(({ phase }) => phase)).toEqual(['done', 'open', 'done'])
  })
})

describe('translateError', () => {
  test.each([
    ['{"error":{"message":"No such key."}}', 'No such key.'],
    ['unexpected status 400: {"error":{"message":"Too long."}}', 'unexpected status 400: Too long.'],
    ['{"error":"plain"}', '{"error":"plain"}'],
    ['{"error":{"message":""}}', '{"error":{"message":""}}'],
    ['{not json', '{not json'],
    ['{"error":null}', '{"error":null}'],
    ['[1]', '[1]'],
    ['', ''],
  ])('%s', (message, shown) => {
    expect(translateError({ message }).message).toBe(shown)
  })

  test.each([
    [{ message: 'no', codexErrorInfo: 'unauthorized' as const }, /key or login/],
    [{ message: 'unexpected status 401 Unauthorized: no', codexErrorInfo: 'other' as const }, /key or login/],
    [
      {
        message: 'Reconnecting... 1/5',
        codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 401 } },
        additionalDetails: 'unexpected status 401 Unauthorized: no',
      },
      /key or login/,
    ],
    [{ message: 'unexpected status 429 Too Many Requests' }, /Too many requests/],
    [{ message: 'no', codexErrorInfo: 'usageLimitExceeded' as const }, /usage limit/],
    [{ message: 'cut', codexErrorInfo: { responseStreamDisconnected: {} } }, /Try again/],
  ])('says what to do: %j', (error, remedy) => {
    expect(translateError(error).remedy).toMatch(remedy)
  })

  test('has no remedy where it knows none', () => {
    expect(translateError({ message: 'something else', codexErrorInfo: 'cyberPolicy' })).toEqual({
      message: 'something else',
    })
    const newer = { message: 'something else', codexErrorInfo: { unheardOf: {} } } as unknown as Parameters<
      typeof translateError
    >[0]
    expect(translateError(newer)).toEqual({ message: 'something else' })
  })
})
