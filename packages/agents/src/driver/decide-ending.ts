/** What is known of a session that runs. */
export interface EndingFacts {
  /** Of the log, as soon as it was read; the log is read no further then. */
  readonly verdict: 'done' | 'error' | undefined
  readonly body: 'running' | 'returned' | 'threw'
  /** What the body threw says that the machine is out of reach, or that it was told to stop. */
  readonly bodyFailure: 'own' | 'connection' | 'stopped' | undefined
  /**
   * `off` when nothing in the log could end the session. `read`: to its end, once the body had ended. `given-up`: the body
   * has ended, and what the log holds could not be dealt with in its time.
   */
  readonly log: 'off' | 'following' | 'read' | 'given-up' | 'out-of-reach'
  readonly isCancelled: boolean
  readonly isTimedOut: boolean
}

export type Ending = 'done' | 'error' | 'exited' | 'failed' | 'cancelled' | 'lost' | 'timed-out' | 'unread'

/**
 * How a session ends, if it does: `undefined` while there is something to wait for.
 *
 * When several things are so at once: what the agent said was wrong, then what its program threw, then that it is done,
 * then that its program is over, then what came from outside. A program that is over is judged only when the log was read
 * to its end: its last words may be there.
 */
export function decideEnding(facts: EndingFacts): Ending | undefined {
  const { verdict, body, bodyFailure, log, isCancelled, isTimedOut } = facts
  const isOver = body !== 'running'
  if (verdict === 'error') return 'error'
  if (isOver && log !== 'following' && log !== 'given-up' && bodyFailure === 'own') return 'failed'
  if (verdict === 'done') return 'done'
  if (isCancelled) return 'cancelled'
  if (isTimedOut) return 'timed-out'
  if (log === 'out-of-reach') return 'lost'
  if (!isOver || log === 'following') return undefined
  if (bodyFailure === 'connection') return 'lost'
  if (bodyFailure === 'stopped') return 'cancelled'
  if (log === 'given-up') return 'unread'
  return log === 'off' ? 'done' : 'exited'
}
