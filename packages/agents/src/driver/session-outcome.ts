/** What the driver is at; each has a budget. */
export type SessionPhase =
  | 'journal'
  | 'scaffold'
  | 'prepare'
  | 'log'
  | 'shims'
  | 'before'
  | 'body'
  | 'tail'
  | 'deliverable'
  | 'callback'
  | 'sender'
  | 'drain'
  | 'after'

/** Something that went wrong and changed nothing about how the session ended. */
export interface SessionProblem {
  readonly phase: SessionPhase
  readonly error: unknown
}

interface Ended {
  /** The run of the journal; another call for the task goes on with it while it has not ended. */
  readonly run: string | undefined
  /** At most a hundred. */
  readonly problems: readonly SessionProblem[]
  /** Announcements and messages of the agent that nobody was told of, and replies that it was not sent. */
  readonly owed: number
}

/** How a session ended. */
export type SessionOutcome = Ended &
  (
    | {
        /** The agent said so; without keywords, its body returned. */ readonly type: 'done'
        readonly summary: string | undefined
      }
    | { /** The agent said so. */ readonly type: 'error'; readonly message: string | undefined }
    | {
        /** The body returned, or threw `failure`, and the agent had not said that it was done. */
        readonly type: 'exited'
        readonly failure?: unknown
      }
    | {
        /** The caller's signal. The run can go on. */ readonly type: 'cancelled'
        readonly phase: SessionPhase
      }
    | {
        /** The machine, or the agent's log, was out of reach for longer than `lostMs`. The run can go on. */
        readonly type: 'lost'
        readonly failure: unknown
      }
    | {
        /** A step, or the session as a whole, took too long. The run can go on. */ readonly type: 'timed-out'
        readonly phase: SessionPhase
      }
  )
