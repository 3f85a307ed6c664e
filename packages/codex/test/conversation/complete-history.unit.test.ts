import type { Turn } from '@x/agents/conversation'
import { cpuTime } from '@x/vitest/cpu-time'
import { describe, expect, test } from 'vitest'
import { completeHistory } from '../../src/conversation/complete-history.ts'
import type { RolloutEntry } from '../../src/conversation/parse-rollout.ts'
import { contextFact } from '../../src/conversation/rollout-facts.ts'

const said: Turn['items'][number] = {
  type: 'user-message',
  id: 'u',
  phase: 'done',
  text: 'run: it',
  clientId: 'm',
}

function rollout(output: string): readonly RolloutEntry[] {
  return [
    { type: 'turn-began', turnId: 't' },
    { type: 'turn-context', cwd: '/work' },
    { type: 'call', callId: 'c', name: 'exec_command', arguments: { cmd: 'sleep 30' } },
    { type: 'call-answered', callId: 'c', output },
  ]
}

describe('a command that the history does not list', () => {
  // 0.169.0 leaves out a command that was interrupted: it was seen before, and must not vanish by a re-attach.
  test.each([
    ['interrupted', 'Wall time: 1.2 seconds\naborted by user', 'failed'],
    ['declined', 'exec_command failed: Rejected("rejected by user")', 'declined'],
  ])('and that was %s is shown after what the person said', (_how, output, status) => {
    const turns: Turn[] = [{ id: 't', status: 'interrupted', items: [said] }]
    expect(completeHistory(turns, rollout(output))).toMatchObject([
      { items: [{ id: 'u' }, { type: 'command', id: 'c', phase: 'done', command: 'sleep 30', status }] },
    ])
  })

  // An interrupt between a command's begin and its answer: Codex tells of its end ten seconds later.
  test.each([
    ['in-progress', 'catching-up', 'running'],
    ['interrupted', 'done', 'failed'],
  ] as const)('and that has no answer in a turn that is %s is shown too', (turn, phase, status) => {
    const turns: Turn[] = [{ id: 't', status: turn, items: [said] }]
    const unanswered = rollout('').slice(0, -1)
    expect(completeHistory(turns, unanswered)).toMatchObject([
      { items: [{ id: 'u' }, { type: 'command', id: 'c', phase, status }] },
    ])
  })

  test.each([
    [
      'and that the sandbox refused is shown as that',
      "touch: cannot touch '/outside/a': Read-only file system",
      'refused',
    ],
    ['and that failed at once for something that looks like it', 'Read-only file system', 'failed'],
  ])('%s', (_name, said_, status) => {
    const turns: Turn[] = [{ id: 't', status: 'completed', items: [said] }]
    const refused = `Process exited with code 1\nOutput:\n${said_}\n`
    const boundaries = { hidden: [], open: ['/work'], network: false }
    expect(completeHistory(turns, rollout(refused), boundaries)).toMatchObject([
      { items: [{ id: 'u' }, { id: 'c', status, exitCode: 1 }] },
    ])
  })
})

describe('a history whose items were numbered anew', () => {
  const began: RolloutEntry = { type: 'turn-began', turnId: 't' }
  const call = (callId: string, cmd: string): RolloutEntry => ({
    type: 'call',
    callId,
    name: 'exec_command',
    arguments: { cmd },
  })
  const renumbered = (
    n: number,
    type: 'user-message' | 'agent-message',
    text: string,
  ): Turn['items'][number] => ({
    type,
    id: `item-${String(n)}`,
    phase: 'done',
    text,
  })

  test('gets its names and its commands back, in the order in which they came', () => {
    const turns: Turn[] = [
      {
        id: 't',
        status: 'completed',
        items: [
          renumbered(1, 'user-message', 'go'),
          renumbered(2, 'agent-message', 'on it'),
          renumbered(3, 'agent-message', 'done'),
        ],
      },
    ]
    const entries: RolloutEntry[] = [
      began,
      { type: 'turn-context', cwd: '/work' },
      { type: 'agent-said', id: 'm1', text: 'on it' },
      call('c1', 'ls'),
      {
        type: 'call-answered',
        callId: 'c1',
        output: 'Wall time: 1\nProcess exited with code 2\nOutput:\nmine\n',
      },
      { type: 'agent-said', id: 'm2', text: 'done' },
    ]
    expect(completeHistory(turns, entries)).toMatchObject([
      {
        items: [
          { id: 't/item-1', text: 'go' },
          { id: 'm1', text: 'on it' },
          {
            id: 'c1',
            type: 'command',
            command: 'ls',
            cwd: '/work',
            status: 'failed',
            exitCode: 2,
            output: 'mine\n',
          },
          { id: 'm2', text: 'done' },
        ],
      },
    ])
  })

  test('shows a call without an answer as catching up while its turn runs, and as failed after', () => {
    const items = [renumbered(1, 'user-message', 'go')]
    const of = (status: Turn['status']): unknown =>
      completeHistory([{ id: 't', status, items }], [began, call('c', 'sleep 9')])[0]?.items.at(-1)
    expect(of('in-progress')).toMatchObject({ id: 'c', phase: 'catching-up', status: 'running' })
    expect(of('interrupted')).toMatchObject({ id: 'c', phase: 'done', status: 'failed' })
  })

  test('is told apart by its turns: the same numbers and words in two of them stay two', () => {
    const items = [renumbered(1, 'user-message', 'go'), renumbered(2, 'agent-message', 'done')]
    const turns: Turn[] = ['t', 'u'].map((id) => ({ id, status: 'completed', items }))
    const entries: RolloutEntry[] = [
      began,
      { type: 'agent-said', id: 'm1', text: 'done' },
      { type: 'turn-began', turnId: 'u' },
      { type: 'agent-said', id: 'm2', text: 'done' },
    ]
    const ids = completeHistory(turns, entries).flatMap((turn) => turn.items.map(({ id }) => id))
    expect(ids).toEqual(['t/item-1', 'm1', 'u/item-1', 'm2'])
  })

  test.each([
    ['an empty rollout', []],
    ['another turn', [{ type: 'turn-began', turnId: 'other' }, call('c', 'ls')]],
    ['entries before any turn', [call('c', 'ls'), { type: 'agent-said', id: 'm', text: 'go' }]],
    ['an answer to nothing', [began, { type: 'call-answered', callId: 'x', output: 'Output:\n' }]],
    ['words that were never said', [began, { type: 'agent-said', id: 'm', text: 'something else' }]],
    ['a call of another tool', [began, { type: 'call', callId: 'c', name: 'update_plan', arguments: {} }]],
  ] as [string, RolloutEntry[]][])('loses and gains nothing by %s', (_name, entries) => {
    const items = [renumbered(1, 'user-message', 'go'), renumbered(2, 'agent-message', 'done')]
    const [turn] = completeHistory([{ id: 't', status: 'completed', items }], entries)
    expect(turn?.items.map((item) => ('text' in item ? item.text : item.type))).toEqual(['go', 'done'])
  })
})

describe('what a turn was as a whole', () => {
  const used = (total: number, last: number): RolloutEntry => ({
    type: 'tokens-used',
    last: { inputTokens: last, outputTokens: 1, totalTokens: last + 1, cachedTokens: 2 },
    total,
    window: 1000,
  })
  const entries: readonly RolloutEntry[] = [
    { type: 'turn-began', turnId: 't' },
    { type: 'call', callId: 'p', name: 'update_plan', arguments: { plan: 'none' } },
    {
      type: 'call',
      callId: 'q',
      name: 'update_plan',
      arguments: {
        explanation: 'why',
        plan: [
          { step: 'one', status: 'in_progress' },
          { step: 'two', status: 'later' },
          { status: 'pending' },
        ],
      },
    },
    {
      type: 'call',
      callId: 'r',
      name: 'update_plan',
      arguments: { plan: [{ step: 'three', status: 'pending' }] },
    },
    { type: 'call-answered', callId: 'r', output: 'unsupported call: update_plan' },
    used(11, 10),
    used(11, 10),
    used(32, 20),
    { type: 'turn-began', turnId: 'other' },
    used(40, 7),
  ]

  test('comes from the rollout: its plan, and what it has cost', () => {
    const turns: Turn[] = [{ id: 't', status: 'completed', items: [said] }]
    expect(completeHistory(turns, entries)).toMatchObject([
      {
        plan: {
          explanation: 'why',
          steps: [
            { text: 'one', status: 'in-progress' },
            { text: 'two', status: 'pending' },
          ],
        },
        usage: { inputTokens: 30, outputTokens: 2, totalTokens: 32, cachedTokens: 4 },
      },
    ])
    expect(contextFact(entries)).toEqual({ usedTokens: 8, windowTokens: 1000, totalTokens: 40 })
    expect(contextFact([])).toBeUndefined()
  })

  test('a history of ten thousand items is completed at once', () => {
    const items: Turn['items'] = Array.from({ length: 10_000 }, (_, n) => ({
      type: 'agent-message',
      id: `item-${String(n)}`,
      phase: 'done',
      text: `said ${String(n % 7)}`,
    }))
    const rollout: RolloutEntry[] = [{ type: 'turn-began', turnId: 't' }]
    for (let n = 0; n < 10_000; n += 1) {
      rollout.push({
        type: 'call',
        callId: `c${String(n)}`,
        name: 'exec_command',
        arguments: { cmd: 'true' },
      })
      rollout.push({ type: 'agent-said', id: `m${String(n)}`, text: `said ${String(n % 7)}` })
    }
    // Some 20 ms; what grows with the square of the length takes seconds.
    const took = cpuTime(() => {
      const [turn] = completeHistory([{ id: 't', status: 'completed', items }], rollout)
      expect(turn?.items).toHaveLength(20_000)
    })
    expect(took).toBeLessThan(1_000)
  })
})
