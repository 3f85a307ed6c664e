import type { SessionPhase } from './session-outcome.ts'

/**
 * - `step-failed`: something of ours or of the embedder's failed before the agent ran; `phase` says what, `cause` why.
 * - `timed-out`: something took longer than its budget; `phase` says what.
 */
export type AgentSessionErrorCode = 'step-failed' | 'timed-out'

/** What the driver of a session throws; how an agent ended is no error but a `SessionOutcome`. */
export class AgentSessionError extends Error {
  override readonly name: string = 'AgentSessionError'
  readonly code: AgentSessionErrorCode
  readonly phase: SessionPhase

  constructor(code: AgentSessionErrorCode, phase: SessionPhase, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.phase = phase
  }
}
