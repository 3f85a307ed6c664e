import type { AgentStep } from './steps/agent.ts'
import type { AnswerStep } from './steps/answer.ts'
import type { CallStep, CustomStep } from './steps/call.ts'
import type { FailStep } from './steps/fail.ts'
import type { FloodStep } from './steps/flood.ts'
import type { RateLimits } from './steps/rate-limits.ts'
import type { PatchStep } from './steps/patch.ts'
import type { PlanStep } from './steps/plan.ts'
import type { SayStep } from './steps/say.ts'
import type { SummaryStep } from './steps/summary.ts'
import type { ThinkStep } from './steps/think.ts'
import type { UsageFigures } from './steps/usage.ts'

/** An event as it goes over the wire: its `type` is also the SSE event name. */
export interface ModelEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/**
 * One thing that a scripted model does. A list of them is one answer.
 *
 * - `say`: an assistant message; `answer`: the same, as JSON.
 * - `think`: a reasoning item before the answer.
 * - `call`, `custom`: a function call, a call with free text. Several in one answer run side by side.
 * - `patch`, `plan`, `agent`: calls whose shape depends on what the request offers.
 * - `flood`: a message of very many deltas.
 * - `summary`: what stands for the thread after compacting.
 * - `usage`: the token figures of this answer, which are estimates otherwise.
 * - `rateLimits`, `headers`, `firstByteMs`: go out before the answer begins, and so must come before every other step.
 * - `waitMs`: nothing for so long.
 * - `fail`: the end of this answer: as the HTTP status if nothing was sent yet and `status` is given, else as `response.failed`.
 * - `drop`: the connection breaks without a last event. `end`: the body ends in good order, but without one.
 * - `event`: exactly this event; `raw`: exactly this text, broken as it may be; for what the other steps cannot say.
 */
export type ModelStep =
  | SayStep
  | AnswerStep
  | ThinkStep
  | CallStep
  | CustomStep
  | PatchStep
  | PlanStep
  | AgentStep
  | FloodStep
  | SummaryStep
  | { readonly usage: UsageFigures }
  | HeadStep
  | { readonly waitMs: number }
  | { readonly fail: FailStep }
  | { readonly drop: true }
  | { readonly end: true }
  | { readonly event: ModelEvent }
  | { readonly raw: string }

/** Steps that only work while nothing was sent. */
export type HeadStep =
  | { readonly rateLimits: RateLimits }
  | { readonly headers: Readonly<Record<string, string>> }
  | {
      /** How long the client waits for the first byte, headers included, in milliseconds. */
      readonly firstByteMs: number
    }
