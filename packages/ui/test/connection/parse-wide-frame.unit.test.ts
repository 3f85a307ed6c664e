import { cpuTime } from '@x/vitest/cpu-time'
import { describe, expect, test } from 'vitest'
import { emptyConversation } from '@x/agents/conversation'
import type { ConversationEvent, ConversationState, Item, Question } from '@x/agents/conversation'
import { parseFrame } from '../../src/connection/parse-frame.ts'

const done = { phase: 'done' } as const
const ITEMS: readonly Item[] = [
  { ...done, id: 'u', type: 'user-message', text: 'hi', attachments: ['a.png'], clientId: 'c' },
  { ...done, id: 'r', type: 'reasoning', text: '**Why**', detail: 'because' },
  { ...done, id: 'p', type: 'plan', text: '1. first' },
  {
    ...done,
    id: 'c',
    type: 'command',
    command: 'cat /srv',
    cwd: '/work',
    status: 'refused',
    refusal: { denied: 'read', path: '/srv', grant: { path: '/srv', mode: 'read' } },
    output: '',
    outputDropped: 0,
    durationMs: 12,
  },
  {
    ...done,
    id: 't',
    type: 'tool-call',
    server: 's',
    tool: 'f',
    status: 'failed',
    input: '{}',
    output: 'no',
  },
  { ...done, id: 'a', type: 'agent-call', action: 'wait', status: 'running', agentIds: ['x'], prompt: 'go' },
  { ...done, id: 'w', type: 'web-search', query: 'owls' },
  { ...done, id: 'i', type: 'picture', path: '/a.png' },
  { ...done, id: 'k', type: 'compaction' },
  { ...done, id: 'o', type: 'other', kind: 'dance', text: 'steps' },
]
const QUESTIONS: readonly Question[] = [
  {
    id: 'q1',
    askedAt: 1,
    kind: 'input',
    turnId: 't',
    agentId: 'x',
    fields: [
      {
        id: 'f',
        header: 'Name',
        text: 'Which?',
        options: [{ label: 'a', description: 'b' }],
        allowsOther: true,
        secret: false,
      },
    ],
  },
  {
    id: 'q2',
    askedAt: 1,
    kind: 'elicitation',
    server: 's',
    message: 'm',
    ask: { type: 'form', fields: [{ name: 'n', title: 'N', type: 'integer', required: true, default: 3 }] },
  },
  { id: 'q3', askedAt: 1, kind: 'elicitation', server: 's', message: 'm', ask: { type: 'open', url: 'x:y' } },
  { id: 'q4', askedAt: 1, kind: 'permission', reason: 'r', grants: [{ network: true }] },
]
const STATE: ConversationState = {
  ...emptyConversation('thread', '/work'),
  turns: [
    {
      id: 't',
      status: 'in-progress',
      items: ITEMS,
      waiting: { message: 'Waiting for network' },
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      plan: { steps: [{ text: 'one', status: 'in-progress' }] },
      diff: 'diff --git a/x b/x',
      startedAt: 1,
    },
  ],
  questions: QUESTIONS,
  queue: { messages: [{ id: 'm', text: 'later', queuedAt: 1 }], held: 'failed' },
  agents: [{ id: 'x', name: 'Owl', status: 'running', lastMessage: 'hoo' }],
  model: { model: 'gpt', effort: 'high' },
  context: { usedTokens: 10, windowTokens: 100, totalTokens: 20 },
}

function stateOf(state: unknown) {
  const frame = parseFrame(JSON.stringify({ type: 'snapshot', epoch: 'e', seq: 1, state }))
  return frame?.type === 'snapshot' ? frame.state : undefined
}

function eventsOf(...events: readonly unknown[]) {
  const frame = parseFrame(JSON.stringify({ type: 'events', epoch: 'e', seq: 1, events }))
  return frame?.type === 'events' ? frame.events : undefined
}

test('a whole conversation comes out as it was sent', () => {
  expect(stateOf(STATE)).toEqual(STATE)
})

test('every event comes out as it was sent', () => {
  const events: readonly ConversationEvent[] = [
    ...ITEMS.map((item) => ({ type: 'item-updated', turnId: 't', item }) as const),
    ...QUESTIONS.map((question) => ({ type: 'question-asked', question }) as const),
    { type: 'question-resolved', questionId: 'q1' },
    { type: 'turn-plan', turnId: 't', plan: { explanation: 'so', steps: [] } },
    { type: 'turn-diff', turnId: 't', diff: '' },
    { type: 'turn-waiting', turnId: 't' },
    { type: 'queue-changed', queue: { messages: [] } },
    { type: 'agent-changed', agent: { id: 'x', status: 'done' } },
    { type: 'model-changed', model: { model: 'm' } },
    { type: 'context-used', context: { usedTokens: 1, totalTokens: 1 } },
  ]
  expect(eventsOf(...events)).toEqual(events)
})

describe('what a newer server tells', () => {
  test('an event that is not known passes', () => {
    expect(eventsOf({ type: 'moon-risen', phase: 1 })).toEqual([{ type: 'moon-risen', phase: 1 }])
    expect(eventsOf({ type: 'toString' })).toEqual([{ type: 'toString' }])
  })

  test('a question that is not known can still be declined', () => {
    expect(
      stateOf({ ...STATE, questions: [{ id: 'q', askedAt: 1, kind: 'riddle', turnId: 't' }] })?.questions,
    ).toEqual([
      {
        id: 'q',
        askedAt: 1,
        turnId: 't',
        kind: 'elicitation',
        server: 'riddle',
        message: '',
        ask: { type: 'form' },
      },
    ])
  })
})

describe('what is not what it should be', () => {
  test.each([
    ['turns', [{ ...STATE.turns[0], plan: { steps: [{ text: 1 }] } }], 'plan'],
    ['turns', [{ ...STATE.turns[0], usage: { totalTokens: 'many' } }], 'usage'],
    ['turns', [{ ...STATE.turns[0], startedAt: '1' }], 'startedAt'],
    ['turns', [{ ...STATE.turns[0], diff: {} }], 'diff'],
  ])('is left out where it only adorns: %s %#', (name, value, lost) => {
    const state = stateOf({ ...STATE, [name]: value })
    expect(state?.turns[0]).not.toHaveProperty(lost)
    expect(state?.turns[0]?.items).toHaveLength(ITEMS.length)
  })

  test.each([{ context: { usedTokens: null } }, { model: 'gpt' }])(
    'is left out of a state where it only adorns: %j',
    (part) => {
      expect(stateOf({ ...STATE, ...part })).not.toHaveProperty(Object.keys(part)[0] ?? '')
    },
  )

  test.each([
    { questions: [{ ...QUESTIONS[0], fields: [{}] }] },
    {
      questions: [
        { ...QUESTIONS[1], ask: { type: 'form', fields: [{ name: 'n', title: 'N', type: 'file' }] } },
      ],
    },
    { questions: [{ ...QUESTIONS[2], ask: { type: 'open', url: 1 } }] },
    { questions: [{ ...QUESTIONS[3], grants: [{ path: 1, mode: 'read' }] }] },
    { questions: {} },
    { queue: { messages: [{ id: 1 }] } },
    { agents: [{ id: 'x' }] },
    { turns: [{ id: 't', status: 'completed', items: [{ ...ITEMS[3], refusal: { denied: 1 } }] }] },
    { turns: [{ id: 't', status: 'completed', items: [{ ...ITEMS[4], status: 'odd' }] }] },
    { turns: [{ id: 't', status: 'completed', items: [{ ...ITEMS[0], phase: 'odd' }] }] },
    { turns: [{ id: 't', status: 'completed', items: [{ ...ITEMS[0], attachments: [{}] }] }] },
  ])('is refused where drawing needs it: %j', (part) => {
    expect(stateOf({ ...STATE, ...part })).toBeUndefined()
  })
})

test('two thousand deltas are read in a small part of a second', () => {
  const delta = { type: 'item-delta', turnId: 't', itemId: 'm', kind: 'agent-message', text: 'some words ' }
  const texts = Array.from({ length: 2_000 }, (_, seq) =>
    JSON.stringify({ type: 'events', epoch: 'e', seq, events: [delta] }),
  )
  expect(cpuTime(() => texts.forEach((text) => parseFrame(text)))).toBeLessThan(200)
})
