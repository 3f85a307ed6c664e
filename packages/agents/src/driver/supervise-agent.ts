import { HostError } from '@x/host'
import { decideEnding, type Ending, type EndingFacts } from './decide-ending.ts'
import { Dispatch, type Verdict } from './dispatch.ts'
import { followLog } from './follow-log.ts'
import { isOutOfReach } from './is-out-of-reach.ts'
import { Moment } from './moment.ts'
import type { Outbox } from './outbox.ts'
import type { SessionContext } from '../files/session-context.ts'
import { LogTooLongError } from '../journal/log-order.ts'
import type { SessionJournal } from '../journal/session-journal.ts'
import type { JournalEntry } from '../store/journal.ts'
import { AgentSessionError } from './session-error.ts'
import type { SessionPlan } from './session-options.ts'
import type { SessionPhase } from './session-outcome.ts'
import { LONGEST_MS, withinBudget } from './within-budget.ts'

export interface SupervisionOptions<T> {
  readonly plan: SessionPlan<T>
  readonly context: SessionContext
  readonly journal: SessionJournal | undefined
  readonly directories: readonly [string, ...string[]]
  readonly outbox: Outbox | undefined
  /** Aborts when nobody waits for callbacks and replies any more; supervision does that. */
  readonly lanes: AbortController
  readonly onProblem: (phase: SessionPhase, error: unknown) => void
}

/** How it ended, and what it left. */
export interface Supervision {
  readonly ending: Ending
  readonly verdict: Verdict | undefined
  /** Of the body, or what put the machine out of reach. */
  readonly failure: unknown
  readonly owed: number
}

/** Why the parts of a session stop. */
const OVER = new Error('the session is over')

/** Runs the body, reads the log, and ends both. One object for one session. */
export class AgentSupervisor<T> {
  readonly #options: SupervisionOptions<T>
  readonly #dispatch: Dispatch<T> | undefined
  readonly #moment = new Moment()
  readonly #tail = new AbortController()
  readonly #body = new AbortController()
  #facts: EndingFacts
  #verdict: Verdict | undefined
  #failure: unknown
  /** The body has said so itself, and was neither cut off from the agent nor told to end. */
  #hasAgentEnded = false
  #fatal: { readonly error: unknown } | undefined

  constructor(options: SupervisionOptions<T>) {
    this.#options = options
    const { plan } = options
    this.#facts = {
      verdict: undefined,
      body: 'running',
      bodyFailure: undefined,
      log: plan.features.keywords ? 'following' : 'off',
      isCancelled: plan.signal?.aborted === true,
      isTimedOut: false,
    }
    this.#dispatch = this.#createDispatch()
  }

  /**
   * Resolves when the session has ended in any way, and nothing of it runs any more but what does not listen.
   * @throws what makes it impossible to go on, such as `StoreError`; everything was ended then, too
   */
  async run(): Promise<Supervision> {
    const { plan } = this.#options
    const onCancel = (): void => this.#learn({ isCancelled: true })
    plan.signal?.addEventListener('abort', onCancel)
    const open = this.#readOpen()
    const tail = this.#follow(open)
    const body = this.#runBody(open, tail)
    let ending: Ending | undefined
    try {
      for (;;) {
        ending = this.#fatal ? undefined : decideEnding(this.#facts)
        if (ending || this.#fatal) break
        await this.#moment.next()
      }
    } finally {
      plan.signal?.removeEventListener('abort', onCancel)
    }
    const owed = await this.#end(ending, tail, body)
    if (this.#fatal) throw this.#fatal.error
    if (!ending) throw OVER
    return { ending, verdict: this.#verdict, failure: this.#failure, owed }
  }

  #createDispatch(): Dispatch<T> | undefined {
    const { plan, journal, directories, outbox, lanes, onProblem } = this.#options
    const { host, callbacks, limits, store, task } = plan
    if (!journal || !store || !task) return undefined
    return new Dispatch<T>({
      host,
      journal,
      callbacks,
      directories,
      outbox,
      onProblem,
      callbackMs: limits.callbackMs,
      deliverableMs: limits.deliverableMs,
      lostMs: limits.lostMs,
      lanes: lanes.signal,
      storing: {
        host,
        directory: directories[0],
        deliverables: store.deliverables,
        task,
        maxBytes: plan.maxDeliverableBytes,
        storeMs: limits.storeMs,
        signal: lanes.signal,
      },
      onVerdict: (verdict) => {
        this.#verdict = verdict
        this.#learn({ verdict: verdict.type, log: 'read' })
      },
      onFailure: (error) => this.fail(error),
    })
  }

  /** What an earlier driver of the run has left; `undefined` when nobody can tell, and the session is over. */
  async #readOpen(): Promise<readonly JournalEntry[] | undefined> {
    try {
      return (await this.#options.journal?.open()) ?? []
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }

  /** Resolves when the log is read no further. */
  async #follow(reading: Promise<readonly JournalEntry[] | undefined>): Promise<void> {
    const { plan, journal, context } = this.#options
    const dispatch = this.#dispatch
    const bodyEnded = new Promise<void>((resolve) => (this.#onBodyEnd = resolve))
    try {
      const open = await reading
      if (!open) return
      await dispatch?.resume(open)
      if (dispatch && journal && plan.reads && !this.#verdict)
        await followLog({
          host: plan.host,
          log: context.log,
          features: plan.features,
          journal,
          ended: bodyEnded,
          isCertain: () => this.#hasAgentEnded,
          lostMs: plan.limits.lostMs,
          signal: this.#tail.signal,
          onLines: (lines) => dispatch.take(lines),
        })
      this.#learn({ log: plan.features.keywords ? 'read' : 'off' })
    } catch (error) {
      if (this.#tail.signal.aborted) return
      if (plan.features.keywords || !isOutOfReach(error)) this.fail(error)
      else this.#options.onProblem('tail', error)
    }
  }

  #onBodyEnd: () => void = () => undefined

  async #runBody(reading: Promise<readonly JournalEntry[] | undefined>, tail: Promise<void>): Promise<void> {
    const { plan, context } = this.#options
    const { sessionMs } = plan.limits
    const open = await reading
    if (!open || this.#fatal) return
    if (open.some(isVerdict)) return this.#endLeftBody()
    const late = (): void => this.#learn({ isTimedOut: true })
    const timer = sessionMs > LONGEST_MS ? undefined : setTimeout(late, sessionMs)
    try {
      if (this.#body.signal.aborted) return
      await plan.body(context, { signal: this.#body.signal })
      this.#hasAgentEnded = !this.#body.signal.aborted
      this.#learn({ body: 'returned' })
    } catch (error) {
      // It was told to end, and what it says to that is no reason.
      if (this.#body.signal.aborted) return
      const isStopped = plan.signal?.aborted === true && error === plan.signal.reason
      const bodyFailure = isOutOfReach(error) ? 'connection' : isStopped ? 'stopped' : 'own'
      this.#failure = error
      this.#hasAgentEnded = bodyFailure === 'own'
      this.#learn({ body: 'threw', bodyFailure })
    } finally {
      clearTimeout(timer)
      this.#onBodyEnd()
    }
    await this.#catchUp(tail)
  }

  /** The agent has said to an earlier driver how it ended, and may run: the body is to end it, and starts nothing. */
  async #endLeftBody(): Promise<void> {
    const { plan, context, onProblem } = this.#options
    const { signal } = this.#body
    this.#onBodyEnd()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    if (this.#fatal) return
    try {
      await plan.body(context, { signal })
    } catch (error) {
      if (error !== signal.reason) onProblem('body', error)
    }
  }

  /** What the log still holds is read, in its time. */
  async #catchUp(tail: Promise<void>): Promise<void> {
    const { plan, onProblem } = this.#options
    if (this.#facts.log !== 'following') return
    try {
      await withinBudget({ phase: 'tail', ms: plan.limits.catchUpMs, signal: this.#tail.signal }, () => tail)
    } catch (error) {
      if (this.#tail.signal.aborted) return
      onProblem('tail', error)
      // It is told of nowhere else.
      if (this.#facts.bodyFailure === 'own') onProblem('body', this.#failure)
      this.#tail.abort(error)
      this.#learn({ log: 'given-up' })
    }
  }

  /** Stops what runs: for what the agent has said, only when everybody was told and every reply was sent. */
  async #end(ending: Ending | undefined, tail: Promise<void>, body: Promise<void>): Promise<number> {
    const { plan, lanes, onProblem } = this.#options
    const { drainMs, hurryMs, bodyStopMs } = plan.limits
    const isItsOwn = ending === 'done' || ending === 'error' || ending === 'exited' || ending === 'failed'
    const dispatch = this.#dispatch
    const drain = async (ms: number): Promise<void> => {
      if (this.#fatal || !dispatch) return
      await withinBudget({ phase: 'drain', ms }, () => dispatch.drained()).catch((error: unknown) =>
        onProblem('drain', error),
      )
    }
    const stopBody = async (): Promise<void> => {
      this.#body.abort(ending === 'cancelled' ? plan.signal?.reason : (this.#fatal?.error ?? OVER))
      await withinBudget({ phase: 'body', ms: bodyStopMs }, () => body).catch((error: unknown) =>
        onProblem('body', error),
      )
    }
    this.#tail.abort(OVER)
    if (isItsOwn) {
      await drain(drainMs)
      await stopBody()
    } else {
      await Promise.all([drain(ending === 'lost' ? 0 : hurryMs), stopBody()])
    }
    const waiting = dispatch?.size ?? 0
    lanes.abort(OVER)
    await withinBudget({ phase: 'drain', ms: hurryMs }, async () => {
      await tail
      await dispatch?.idle()
    }).catch((error: unknown) => onProblem('drain', error))
    return this.#fatal ? waiting : this.#owed(waiting)
  }

  /** @param waiting what is known without the journal */
  async #owed(waiting: number): Promise<number> {
    const { journal, onProblem } = this.#options
    if (!journal) return waiting
    try {
      return (await journal.open()).filter((entry) => !isVerdict(entry)).length
    } catch (error) {
      onProblem('journal', error)
      return waiting
    }
  }

  /** What puts the log out of reach ends the session as lost; all else ends the supervision. */
  fail(error: unknown): void {
    if (
      error instanceof HostError ||
      error instanceof LogTooLongError ||
      error instanceof AgentSessionError
    ) {
      this.#failure ??= error
      this.#learn({ log: 'out-of-reach' })
      return
    }
    this.#fatal ??= { error }
    this.#moment.tell()
  }

  #learn(facts: Partial<EndingFacts>): void {
    this.#facts = { ...this.#facts, ...facts }
    this.#moment.tell()
  }
}

function isVerdict({ type }: JournalEntry): boolean {
  return type === 'done' || type === 'error'
}
