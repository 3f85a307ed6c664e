import type { DeliverableRecord, JournalEntry } from '@x/agents/store'
import type { PlannedKeyword } from './agent-script.ts'
import type { Call, Sent } from './orchestrator-errand.ts'

export interface Evidence {
  readonly planned: readonly PlannedKeyword[]
  readonly entries: readonly JournalEntry[]
  readonly calls: readonly Call[]
  readonly sent: readonly Sent[]
  readonly deliverables: readonly DeliverableRecord[]
}

export interface Verdict {
  readonly lost: readonly string[]
  readonly repeated: readonly string[]
}

/** Compares what must have come of what the agent wrote with what did. */
export function judge({ planned, entries, calls, sent, deliverables }: Evidence): Verdict {
  const lost: string[] = []
  const repeated: string[] = []
  const compare = (what: string, must: readonly string[], is: readonly string[]): void => {
    const counts = new Map<string, number>()
    for (const one of is) counts.set(one, (counts.get(one) ?? 0) + 1)
    for (const one of must) if (!counts.has(one)) lost.push(`${what}: ${one}`)
    const expected = new Set(must)
    for (const [one, count] of counts)
      if (count > 1 || !expected.has(one)) repeated.push(`${what}: ${one}, ${count} times`)
  }
  const recorded = entries.filter(({ type }) => type !== 'message')
  compare('recorded', planned.map(nameOf), recorded.map(recordedName))
  // Each is told at least once, under an id of its own that is always the same.
  const told = planned.filter(({ type }) => isTold(type))
  const names = (list: readonly Call[]): readonly string[] => [
    ...new Set(list.map(({ type, n, id }) => `${type} ${n} as ${id}`)),
  ]
  const idOf = new Map(recorded.map((entry, at) => [planned[at]?.n, `${entry.run}.${entry.id}`]))
  compare(
    'told',
    told.map(({ type, n }) => `${type} ${n} as ${idOf.get(n) ?? 'nothing'}`),
    names(calls),
  )
  const answered = planned.filter(({ type }) => type === 'deliverable' || type === 'caller-message')
  compare(
    'sent',
    answered.map(({ n }) => idOf.get(n) ?? 'nothing'),
    sent.map(({ clientId }) => clientId),
  )
  const announced = planned.filter(({ type }) => type === 'deliverable')
  compare(
    'stored',
    announced.map(({ n }) => idOf.get(n) ?? 'nothing'),
    deliverables.map(({ deliverableId }) => deliverableId),
  )
  return { lost, repeated }
}

const isTold = (type: PlannedKeyword['type']): boolean =>
  type === 'deliverable' || type === 'caller-message' || type === 'attention'

const nameOf = ({ type, n }: PlannedKeyword): string => `${type} ${n}`

/** The number that the line holds. */
function recordedName({ type, data }: JournalEntry): string {
  const text = [data['message'], data['reason'], data['summary'], data['path']].find(
    (value) => typeof value === 'string',
  )
  const n =
    type === 'caller-message' ? (data['data'] as { readonly n?: number } | null)?.n : text?.split(' ')[1]
  return `${type} ${n ?? 'unknown'}`
}
