import type { Fault } from './conversation-state.ts'

/** One line of a list of sessions. */
export interface SessionSummary {
  readonly id: string
  /** The first words that were said in it, or where it works. */
  readonly title: string
  /** Where the agent works, on its machine. */
  readonly directory: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly status: SessionStatus
}

/**
 * - `starting`: on its way; `doing` says with what, `progress` goes from 0 to 1 where that can be told.
 * - `ready`: its conversation can be read; `needsYou` counts open approvals.
 * - `failed`: it could not be started or found again. `ended`: it does not run any more. Both can be resumed.
 */
export type SessionStatus =
  | { readonly state: 'starting'; readonly doing: string; readonly progress?: number }
  | { readonly state: 'ready'; readonly turn: 'idle' | 'running'; readonly needsYou: number }
  | { readonly state: 'failed'; readonly fault: Fault }
  | { readonly state: 'ended'; readonly fault?: Fault }
