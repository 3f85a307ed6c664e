import type { ApprovalDecision } from '@x/agents/conversation'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'

/** What a person does, and what is going on when the orchestrator dies. */
export const KINDS = [
  'slow-answer',
  'approval-pending',
  'command-output',
  'several-commands',
  'declined',
  'interrupt-answer',
  'interrupt-command',
  'steer',
  'short-answer',
] as const
export type Kind = (typeof KINDS)[number]

/** What is done a while after the first message. */
export type FollowUp = { readonly afterMs: number; readonly act: 'interrupt' | { readonly message: string } }

export interface PlannedRun {
  /** From 1. */
  readonly n: number
  readonly kind: Kind
  readonly newSession: boolean
  readonly message: string
  /** How every question is answered. */
  readonly decision: ApprovalDecision
  /** Questions wait until the orchestrator is back. */
  readonly holdQuestions: boolean
  readonly followUp: FollowUp | undefined
  /** The kill comes so long after the first message, or after the follow-up, has begun to leave. */
  readonly kill: { readonly from: 'message' | 'follow-up'; readonly afterMs: number }
  /** The next one is killed too, so long after it was started. */
  readonly secondKillMs: number | undefined
  /** What got no answer is sent again under the same name, as a page does. */
  readonly retries: boolean
}

/** The schedule of all runs: every kind comes once before any comes again. The same seed makes the same one. Pure. */
export function planRuns(runs: number, seed: number): readonly PlannedRun[] {
  const random = createSeededRandom(seed)
  const kinds: Kind[] = []
  while (kinds.length < runs) kinds.push(...random.shuffled(KINDS))
  return kinds.slice(0, runs).map((kind, index) => planRun(index + 1, kind, random))
}

/** 0.142.5 loses what a command writes within its first moments, whoever dies or lives: that is not counted here. */
const PAUSE = 'sleep 0.2'

/** How long the turn of each kind takes about, in milliseconds: the kill falls into it, and now and then after it. */
const LENGTH_MS: Readonly<Record<Kind, number>> = {
  'slow-answer': 3_200,
  'approval-pending': 1_500,
  'command-output': 3_000,
  'several-commands': 2_500,
  declined: 1_000,
  'interrupt-answer': 1_000,
  'interrupt-command': 1_200,
  steer: 2_500,
  'short-answer': 900,
}

function planRun(n: number, kind: Kind, random: SeededRandom): PlannedRun {
  const followUp = planFollowUp(n, kind, random)
  const from = followUp && random.chance(0.7) ? 'follow-up' : 'message'
  // A third of the kills cuts the request itself; what is added to a running turn has most to lose by it.
  const afterMs = random.chance(kind === 'steer' ? 0.67 : 0.33)
    ? random.between(0, 30)
    : random.between(30, LENGTH_MS[kind])
  return {
    n,
    kind,
    newSession: n > 1 && random.chance(0.3),
    message: messageOf(n, kind, random),
    decision: kind === 'declined' ? 'decline' : 'accept',
    holdQuestions: kind === 'approval-pending',
    followUp,
    kill: { from, afterMs },
    secondKillMs: random.chance(0.25) ? random.between(20, 900) : undefined,
    retries: random.chance(0.6),
  }
}

function planFollowUp(n: number, kind: Kind, random: SeededRandom): FollowUp | undefined {
  const afterMs = random.between(200, 1_500)
  if (kind === 'steer') return { afterMs, act: { message: `added in run ${n}` } }
  return kind.startsWith('interrupt') ? { afterMs, act: 'interrupt' } : undefined
}

function messageOf(n: number, kind: Kind, random: SeededRandom): string {
  switch (kind) {
    case 'slow-answer':
    case 'steer':
      return `run ${n}\nslow: ${random.between(2, 4)}`
    case 'interrupt-answer':
      return `run ${n}\nslow: 6`
    case 'interrupt-command':
      return `run: ${PAUSE}; echo begun-${n}; sleep 30`
    case 'approval-pending':
      return `run: ${PAUSE}; echo kept-${n}`
    case 'command-output':
      return `run: ${PAUSE}; for i in 1 2 3 4 5 6 7 8; do echo run-${n}-line-$i; sleep 0.25; done`
    case 'several-commands':
      return [1, 2, 3]
        .map((i) => `run: echo run-${n}-part-${i} > part-${n}-${i}; sleep 0.2; cat part-${n}-${i}`)
        .join('\n')
    case 'declined':
      return `run: touch declined-${n}`
    case 'short-answer':
      return `a few words of run ${n}`
  }
}
