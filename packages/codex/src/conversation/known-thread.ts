import type { ModelChoice, Turn } from '@x/agents/conversation'
import type { RolloutEntry } from './parse-rollout.ts'
import type { RolloutReader } from './refusals.ts'

/** A thread as it was opened. */
export interface KnownThread {
  readonly threadId: string
  readonly turns: readonly Turn[]
  /** What answers in it. */
  readonly model?: ModelChoice | undefined
  /** What is known of the thread's own record, and who reads it on. */
  readonly rollout?: { readonly entries: readonly RolloutEntry[]; readonly reader: RolloutReader }
}
