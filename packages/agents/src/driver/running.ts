import type { Host } from '@x/host'
import type { StoreDeliverableOptions } from '../deliverables/store-deliverable.ts'
import type { SessionJournal } from '../journal/session-journal.ts'
import type { SessionCallbacks } from './session-callbacks.ts'
import type { SessionPhase } from './session-outcome.ts'

/** What the parts of a session that runs share. */
export interface Running<T> {
  readonly host: Host
  readonly journal: SessionJournal
  readonly callbacks: SessionCallbacks<T>
  readonly storing: StoreDeliverableOptions
  /** The work directory under each of its names. */
  readonly directories: readonly [string, ...string[]]
  readonly callbackMs: number
  readonly deliverableMs: number
  readonly lostMs: number
  /** Aborts when nobody waits for callbacks and replies any more. */
  readonly lanes: AbortSignal
  readonly onProblem: (phase: SessionPhase, error: unknown) => void
}
