import type { CallStep } from './call.ts'

/** Codex's plan is set anew as a whole. */
export interface PlanStep {
  readonly plan: readonly PlanEntry[]
  readonly explanation?: string
}

/** One line of the plan. */
export interface PlanEntry {
  readonly step: string
  /** @default 'pending' */
  readonly status?: 'pending' | 'in_progress' | 'completed'
}

/** The call that sets the plan. */
export function planAsCall({ plan, explanation }: PlanStep): CallStep {
  return {
    call: 'update_plan',
    arguments: {
      ...(explanation === undefined ? {} : { explanation }),
      plan: plan.map(({ step, status = 'pending' }) => ({ step, status })),
    },
  }
}
