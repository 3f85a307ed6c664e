import { expect, test } from 'vitest'
import type { DeliverableRecord, JournalEntry } from '@x/agents/store'
import { planAgent } from '../../src/keyword-crash/agent-script.ts'
import { judge, type Evidence } from '../../src/keyword-crash/judge.ts'

/** What a driver that makes no mistake leaves. */
function flawless(): Evidence {
  const { keywords } = planAgent(60)
  const entries = keywords.map(({ type, n }) => {
    const data =
      type === 'caller-message' ? { keyword: 'ask', data: { n } } : { path: `deliverables/file ${n}` }
    const text =
      type === 'status' ? { message: `line ${n}` } : type === 'attention' ? { reason: `line ${n}` } : {}
    const said = type === 'done' ? { summary: `line ${n}` } : { ...data, ...text }
    return { run: 'r', id: String(n * 10), type, data: said } as unknown as JournalEntry
  })
  const idOf = (n: number): string => `r.${n * 10}`
  const told = keywords.filter(({ type }) => type !== 'status' && type !== 'done')
  const answered = told.filter(({ type }) => type !== 'attention')
  const stored = told.filter(({ type }) => type === 'deliverable')
  return {
    planned: keywords,
    entries,
    calls: told.map(({ type, n }) => ({ type: type as 'attention', n, id: idOf(n) })),
    sent: answered.map(({ n }) => ({ clientId: idOf(n), text: 'x' })),
    deliverables: stored.map(({ n }) => ({ deliverableId: idOf(n) }) as DeliverableRecord),
  }
}

test('finds nothing where all is as it must be, also when callbacks come again', () => {
  const evidence = flawless()
  expect(judge(evidence)).toEqual({ lost: [], repeated: [] })
  expect(judge({ ...evidence, calls: [...evidence.calls, ...evidence.calls] })).toEqual({
    lost: [],
    repeated: [],
  })
})

test.each(['entries', 'calls', 'sent', 'deliverables'] as const)('misses one of the %s', (name) => {
  const evidence = flawless()
  expect(judge({ ...evidence, [name]: evidence[name].slice(0, -1) }).lost).not.toEqual([])
})

test.each(['entries', 'sent', 'deliverables'] as const)('finds one of the %s twice', (name) => {
  const evidence = flawless()
  expect(judge({ ...evidence, [name]: [...evidence[name], evidence[name][0]] }).repeated).toHaveLength(1)
})

test('finds a callback under another id', () => {
  const evidence = flawless()
  const [first] = evidence.calls
  if (!first) throw new Error('expected a call')
  expect(judge({ ...evidence, calls: [...evidence.calls, { ...first, id: 'r.7' }] }).repeated).toHaveLength(1)
})
