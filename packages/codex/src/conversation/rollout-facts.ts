import type { ContextUse, Plan, TokenUsage, Turn } from '@x/agents/conversation'
import type { RolloutEntry } from './parse-rollout.ts'

type Used = Extract<RolloutEntry, { type: 'tokens-used' }>

const STEP_STATUS = { pending: 'pending', in_progress: 'in-progress', completed: 'completed' } as const

/** What the rollout tells of a turn as a whole and the history leaves out: what it has cost, and what it meant to do. Pure. */
export function turnFacts(entries: readonly RolloutEntry[]): Pick<Turn, 'usage' | 'plan'> {
  const usage = sumUsage(entries)
  const plan = lastPlan(entries)
  return { ...(usage && { usage }), ...(plan && { plan }) }
}

/** How full the context was when the newest answer came. */
export function contextFact(rollout: readonly RolloutEntry[]): ContextUse | undefined {
  const used = rollout.findLast((entry): entry is Used => entry.type === 'tokens-used')
  if (!used) return undefined
  const { last, total, window } = used
  return {
    usedTokens: last.totalTokens,
    ...(window !== undefined && { windowTokens: window }),
    totalTokens: total,
  }
}

/** Codex writes the same count again, with each resumption for example: one whose total did not grow is the one before. */
function sumUsage(entries: readonly RolloutEntry[]): TokenUsage | undefined {
  let sum: Required<TokenUsage> | undefined
  let total: number | undefined
  for (const entry of entries) {
    if (entry.type !== 'tokens-used' || entry.total === total) continue
    total = entry.total
    const { last } = entry
    sum = {
      inputTokens: (sum?.inputTokens ?? 0) + last.inputTokens,
      outputTokens: (sum?.outputTokens ?? 0) + last.outputTokens,
      totalTokens: (sum?.totalTokens ?? 0) + last.totalTokens,
      cachedTokens: (sum?.cachedTokens ?? 0) + last.cachedTokens,
    }
  }
  return sum
}

/** The agent makes its plan anew with each call. Where it has no such tool, it is told so. */
function lastPlan(entries: readonly RolloutEntry[]): Plan | undefined {
  const refused = new Set(
    entries.flatMap((entry) =>
      entry.type === 'call-answered' && /^unsupported call/i.test(entry.output) ? [entry.callId] : [],
    ),
  )
  const call = entries.findLast(
    (entry) => entry.type === 'call' && entry.name === 'update_plan' && !refused.has(entry.callId),
  )
  if (call?.type !== 'call' || !Array.isArray(call.arguments?.['plan'])) return undefined
  const { explanation } = call.arguments
  const steps = (call.arguments['plan'] as readonly unknown[]).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const { step, status } = entry as { readonly step?: unknown; readonly status?: unknown }
    if (typeof step !== 'string') return []
    const known = typeof status === 'string' ? STEP_STATUS[status as keyof typeof STEP_STATUS] : undefined
    return [{ text: step, status: known ?? 'pending' }]
  })
  return { ...(typeof explanation === 'string' && explanation !== '' && { explanation }), steps }
}
