import { emptyConversation, foldConversation, type ConversationState } from '@x/agents/conversation'
import {
  isKnownNotification,
  SERVER_NOTIFICATION_METHODS,
  type AnyNotification,
  type KnownNotification,
} from '@x/codex-appserver'
import { CODEX_VERSIONS, readTranscript, type TranscriptName } from '@x/transcripts'
import { describe, expect, test } from 'vitest'
import { TRANSLATIONS, translateNotification } from '../../src/conversation/translate-notification.ts'
import { UNTOLD } from '../../src/conversation/untold-notifications.ts'

const at = { threadId: 'mine', turnId: 't' }

function fold(notifications: readonly unknown[], threadId = 'mine'): ConversationState {
  let state = emptyConversation(threadId, '/work')
  for (const one of notifications) {
    const events = translateNotification(threadId, one as KnownNotification, () => state)
    state = foldConversation(state, events)
  }
  return state
}

/** What the server said in a recording, folded. */
function replay(version: (typeof CODEX_VERSIONS)[number], name: TranscriptName): ConversationState {
  const said = readTranscript(version, name).steps.flatMap((step) => ('emit' in step ? [step.emit] : []))
  const notifications = said.filter(
    (one) => typeof one['method'] === 'string' && isKnownNotification(one as unknown as AnyNotification),
  )
  const begun = notifications.find((one) => one['method'] === 'turn/started')
  return fold(notifications, (begun?.['params'] as { threadId: string }).threadId)
}

describe('notifications', () => {
  test('are told, or it is said why not', () => {
    const told = new Set(Object.keys(TRANSLATIONS))
    const both = SERVER_NOTIFICATION_METHODS.filter((method) => told.has(method) && method in UNTOLD)
    const neither = SERVER_NOTIFICATION_METHODS.filter((method) => !told.has(method) && !(method in UNTOLD))
    expect({ both, neither }).toEqual({ both: [], neither: [] })
  })

  test('that are not as they should be say nothing and break nothing', () => {
    for (const method of SERVER_NOTIFICATION_METHODS) {
      for (const params of [{}, { threadId: 'mine' }, { turn: null, item: null, plan: 1 }, undefined]) {
        const events = translateNotification('mine', { method, params } as unknown as KnownNotification)
        expect(Array.isArray(events)).toBe(true)
      }
    }
  })

  test('keep the parts of a summary apart, and the thoughts from it', () => {
    const to = { ...at, itemId: 'r' }
    const item = { type: 'reasoning', id: 'r', summary: [], content: [] }
    const { turns } = fold([
      { method: 'item/started', params: { ...at, item, startedAtMs: 1 } },
      { method: 'item/reasoning/summaryPartAdded', params: { ...to, summaryIndex: 0 } },
      { method: 'item/reasoning/summaryTextDelta', params: { ...to, summaryIndex: 0, delta: 'one' } },
      { method: 'item/reasoning/summaryPartAdded', params: { ...to, summaryIndex: 1 } },
      { method: 'item/reasoning/summaryTextDelta', params: { ...to, summaryIndex: 1, delta: 'two' } },
      { method: 'item/reasoning/textDelta', params: { ...to, contentIndex: 0, delta: 'hm' } },
    ])
    expect(turns[0]?.items).toEqual([
      { type: 'reasoning', id: 'r', phase: 'open', text: 'one\n\ntwo', detail: 'hm' },
    ])
  })

  test('show a change of files while it is made, and the progress of a tool', () => {
    const change = { path: '/work/a', kind: { type: 'add' }, diff: 'a' }
    const tool = { type: 'mcpToolCall', id: 'm', server: 's', tool: 't', status: 'inProgress', arguments: {} }
    const { turns } = fold([
      {
        method: 'item/started',
        params: { ...at, item: { type: 'fileChange', id: 'f', changes: [], status: 'inProgress' } },
      },
      { method: 'item/fileChange/patchUpdated', params: { ...at, itemId: 'f', changes: [change] } },
      { method: 'item/mcpToolCall/progress', params: { ...at, itemId: 'unknown', message: 'lost' } },
      { method: 'item/started', params: { ...at, item: tool } },
      { method: 'item/mcpToolCall/progress', params: { ...at, itemId: 'm', message: 'half way' } },
    ])
    expect(turns[0]?.items).toMatchObject([
      { type: 'file-change', status: 'running', changes: [{ path: '/work/a', kind: 'add', diff: 'a' }] },
      { type: 'tool-call', status: 'running', output: 'half way' },
    ])
  })

  test('tell a diff once, and never more of it than can be kept', () => {
    const told = (diff: string): unknown => ({ method: 'turn/diff/updated', params: { ...at, diff } })
    const state = fold([told('+a\n')])
    const again = translateNotification('mine', told('+a\n') as KnownNotification, () => state)
    expect([state.turns[0]?.diff, again]).toEqual(['+a\n', []])
    const long = fold([told('+a line of a diff\n'.repeat(100_000))]).turns[0]?.diff ?? ''
    expect(long.length).toBeLessThanOrEqual(1024 * 1024)
    expect(long.endsWith('diff\n')).toBe(true)
  })

  test('sum up what the answers of a turn have used', () => {
    const used = (input: number, total: number): unknown => {
      const last = { inputTokens: input, outputTokens: 1, totalTokens: input + 1, cachedInputTokens: 2 }
      const tokenUsage = { last, total: { ...last, totalTokens: total }, modelContextWindow: 1000 }
      return { method: 'thread/tokenUsage/updated', params: { ...at, tokenUsage } }
    }
    const { turns, context } = fold([used(10, 11), used(20, 32), used(20, 32)])
    expect(turns[0]?.usage).toEqual({
      inputTokens: 30,
      outputTokens: 2,
      totalTokens: 32,
      cachedTokens: 4,
    })
    expect(context).toEqual({ usedTokens: 21, windowTokens: 1000, totalTokens: 32 })
  })

  test('tell the model that answers', () => {
    const settings = { threadId: 'mine', threadSettings: { model: 'm', effort: 'high' } }
    expect(fold([{ method: 'thread/settings/updated', params: settings }]).model).toEqual({
      model: 'm',
      effort: 'high',
    })
    const rerouted = fold([{ method: 'model/rerouted', params: { ...at, fromModel: 'm', toModel: 'n' } }])
    expect(rerouted).toMatchObject({
      model: { model: 'n' },
      notices: [{ message: 'n answers instead of m.' }],
    })
  })

  test('tell of limits only when they are near, of servers only when they failed', () => {
    const limits = (usedPercent: number): unknown => ({
      method: 'account/rateLimits/updated',
      params: { rateLimits: { primary: { usedPercent, windowDurationMins: 300 }, secondary: null } },
    })
    const server = (status: string): unknown => ({
      method: 'mcpServer/startupStatus/updated',
      params: { threadId: 'mine', name: 'notes', status, error: 'no such program' },
    })
    expect(fold([limits(20), server('starting'), server('ready')]).notices).toEqual([])
    expect(fold([limits(91), limits(97.4), server('failed')]).notices.map(({ message }) => message)).toEqual([
      '97 % of the usage limit for 5 hours is used.',
      'The MCP server "notes" did not start: no such program',
    ])
    const account = fold([
      { method: 'account/updated', params: { authMode: null, planType: null } },
      { method: 'account/login/completed', params: { loginId: null, success: true, error: null } },
    ])
    expect(account.notices.map(({ message }) => message)).toEqual(['Codex is logged in.'])
  })
})

describe.each(CODEX_VERSIONS)('what %s said', (version) => {
  test('shows a change of files with the diff of the turn', () => {
    const [turn] = replay(version, 'file-change').turns
    expect(turn?.status).toBe('completed')
    expect(turn?.diff).toContain('diff --git')
    expect(turn?.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'file-change', status: 'completed', phase: 'done' }),
      ]),
    )
  })

  test('shows reasoning, and how full the context is', () => {
    const { turns, context } = replay(version, 'reasoning')
    const reasoning = turns[0]?.items.find((item) => item.type === 'reasoning')
    expect(reasoning).toMatchObject({ phase: 'done', text: expect.stringMatching(/\S/) as string })
    expect(context?.windowTokens).toBeGreaterThan(0)
    expect(turns[0]?.usage?.totalTokens).toBeGreaterThan(0)
  })

  test('shows a plan where the version offers one', () => {
    const plan = replay(version, 'plan').turns[0]?.plan
    if (version === '0.142.5') expect(plan?.steps.length).toBeGreaterThan(0)
    else expect(plan).toBeUndefined()
  })
})
