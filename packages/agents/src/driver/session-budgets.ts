/** How long each phase may take, in milliseconds. */
export interface SessionBudgets {
  /** Making directories, the log and the shims, each. @default 60_000 */
  readonly scaffoldMs: number
  /** @default 1_800_000 */
  readonly prepareMs: number
  /** `beforeBody` and `afterBody`, each. @default 60_000 */
  readonly hookMs: number
  /** From the start of the body to its end. @default Infinity */
  readonly sessionMs: number
  /** For what the log still holds when the body has ended. @default 30_000 */
  readonly catchUpMs: number
  /** For callbacks and replies that are still owed when the agent has ended. @default 60_000 */
  readonly drainMs: number
  /** The same after a cancellation, a loss or a timeout. @default 5_000 */
  readonly hurryMs: number
  /** For the body, once its signal was aborted. @default 10_000 */
  readonly bodyStopMs: number
  /** One call of the embedder. @default 300_000 */
  readonly callbackMs: number
  /** For the content of one deliverable, however often the link breaks on the way. @default 3_600_000 */
  readonly deliverableMs: number
  /** One try to hand a message to the agent. @default 60_000 */
  readonly senderMs: number
  /** How long the machine or the log may be out of reach. @default 300_000 */
  readonly lostMs: number
  /** How long to insist on a store that does not answer. @default 30_000 */
  readonly storeMs: number
}

const DEFAULTS: SessionBudgets = {
  scaffoldMs: 60_000,
  prepareMs: 1_800_000,
  hookMs: 60_000,
  sessionMs: Infinity,
  catchUpMs: 30_000,
  drainMs: 60_000,
  hurryMs: 5_000,
  bodyStopMs: 10_000,
  callbackMs: 300_000,
  deliverableMs: 3_600_000,
  senderMs: 60_000,
  lostMs: 300_000,
  storeMs: 30_000,
}

/** @throws RangeError for a budget that is no time */
export function sessionBudgets(wish: Partial<SessionBudgets> = {}): SessionBudgets {
  for (const [name, ms] of Object.entries(wish))
    if (typeof ms !== 'number' || Number.isNaN(ms) || ms < 0)
      throw new RangeError(`expected ${name} >= 0, got ${String(ms)}`)
  return { ...DEFAULTS, ...wish }
}
