import { posix } from 'node:path'
import { createSessionContext, type SessionContext } from '../files/session-context.ts'
import { SessionJournal } from '../journal/session-journal.ts'
import { AGENT_LOG } from '../prompt/log-names.ts'
import { installBrowserShims } from '../shims/install-browser-shims.ts'
import type { Json } from '../store/json.ts'
import { StoreError } from '../store/store-error.ts'
import type { Ending } from './decide-ending.ts'
import { isOutOfReach } from './is-out-of-reach.ts'
import { Outbox } from './outbox.ts'
import { Problems } from './problems.ts'
import { beginLog, isDirectory, makeDirectories, noteStart } from './scaffold.ts'
import { sendDurably } from './send-durably.ts'
import { AgentSessionError } from './session-error.ts'
import { planSession, type AgentSessionOptions, type SessionPlan } from './session-options.ts'
import type { SessionOutcome, SessionPhase } from './session-outcome.ts'
import { AgentSupervisor, type Supervision } from './supervise-agent.ts'
import { withinBudget } from './within-budget.ts'

/**
 * Runs one agent from its directory to its end, and tells how it ended.
 *
 * In this order: the journal is opened, directories are made, `prepare` runs, the log begins, browsers get stand-ins,
 * `beforeBody` runs; then the body, with the log read beside it; when the agent has ended, everybody is told and every
 * reply is sent, the body is ended, and `afterBody` runs. Each has a budget. When the newest run of the task has not
 * ended, was set up to where its log begins, and its directory is there, it goes on: nothing is made anew, and the log is
 * read from where the journal stands. One whose setting up was cut off is set up again from its beginning.
 *
 * A cancellation, a loss or a timeout leaves the run open. Neither the directory nor the host is closed or cleaned.
 * @throws TypeError, RangeError for options that do not fit together, before anything is done
 * @throws AgentSessionError when a step before the body fails; StoreError, such as `lease-lost` when the task was adopted by
 * another orchestrator. What had begun was ended then, and `afterBody` has run if `beforeBody` had begun.
 */
export async function runAgentSession<T = Json>(options: AgentSessionOptions<T>): Promise<SessionOutcome> {
  const plan = planSession(options)
  const session = new AgentSession(plan)
  return session.run()
}

/** What is there when the body may run. */
interface Ready {
  readonly context: SessionContext
  readonly directories: readonly [string, ...string[]]
}

class AgentSession<T> {
  readonly #plan: SessionPlan<T>
  readonly #problems: Problems
  readonly #lanes = new AbortController()
  #phase: SessionPhase = 'journal'
  #journal: SessionJournal | undefined
  #outbox: Outbox | undefined
  #supervisor: AgentSupervisor<T> | undefined
  /** Of what was sent before anybody supervised. */
  #sendFailure: { readonly error: unknown } | undefined

  constructor(plan: SessionPlan<T>) {
    this.#plan = plan
    this.#problems = new Problems(plan.callbacks.onProblem)
  }

  async run(): Promise<SessionOutcome> {
    let ready: Ready
    try {
      ready = await this.#setUp()
    } catch (error) {
      this.#lanes.abort(error)
      return this.#early(error)
    }
    let supervised: Supervision | undefined
    let failure: { readonly error: unknown } | undefined
    try {
      await this.#step('before', this.#plan.limits.hookMs, (signal) =>
        this.#plan.hooks.beforeBody?.(ready.context, { signal }),
      )
      supervised = await this.#supervise(ready)
    } catch (error) {
      failure = { error }
    }
    this.#lanes.abort()
    await this.#after(ready.context)
    if (supervised) return this.#outcome(supervised)
    return this.#early(failure?.error)
  }

  async #setUp(): Promise<Ready> {
    const { host, directory, features, limits, hooks, wipe = false } = this.#plan
    const log = posix.join(directory, AGENT_LOG)
    const isContinuing = await this.#step('journal', limits.storeMs + limits.scaffoldMs, (signal) =>
      this.#open(signal),
    )
    await this.#step('scaffold', limits.scaffoldMs, () =>
      makeDirectories(host, directory, { wipe: wipe && !isContinuing }),
    )
    const send = (text: string, options?: { readonly id?: string }): Promise<boolean> =>
      sendDurably(
        { journal: this.#journal, outbox: this.#outbox, onProblem: this.#problems.note },
        text,
        options,
      )
    const { onFileProgress } = this.#plan
    const { lostMs } = limits
    const given = {
      host,
      directory,
      log,
      isContinuing,
      send,
      lostMs,
      ...(onFileProgress && { onFileProgress }),
    }
    if (!isContinuing) {
      const preparing = createSessionContext({ ...given, env: {} })
      await this.#step('prepare', limits.prepareMs, (signal) => hooks.prepare?.(preparing, { signal }))
      await this.#step('log', limits.scaffoldMs, () => beginLog(host, directory))
      await this.#step('journal', limits.storeMs, () => this.#journal?.ready())
    }
    await this.#step('log', limits.scaffoldMs, () => noteStart(host, directory, Date.now()))
    const shims = await this.#step('shims', limits.scaffoldMs, () =>
      installBrowserShims(host, {
        directory: this.#plan.shimDirectory ?? `${posix.resolve(directory)}.shims`,
        log,
        mode: features.browser,
      }),
    )
    const real = await this.#step('scaffold', limits.scaffoldMs, () => host.files.realPath(directory))
    return {
      context: createSessionContext({ ...given, env: shims?.env ?? {} }),
      directories: [directory, real],
    }
  }

  /** @returns whether a run goes on */
  async #open(signal: AbortSignal): Promise<boolean> {
    const { host, directory, store, task, limits, anew = false, sender } = this.#plan
    if (!store || !task) return false
    const options = { journal: store.journal, task, storeMs: limits.storeMs }
    const unfinished = anew ? undefined : await SessionJournal.unfinished({ ...options, signal })
    const isContinuing = unfinished?.isReady === true && (await isDirectory(host, directory))
    // What was never ready is begun once more; what was, and is gone, is no run to go on with.
    const taken = unfinished && (isContinuing || !unfinished.isReady) ? unfinished.run : undefined
    this.#journal = await SessionJournal.open(options, taken)
    if (sender)
      this.#outbox = new Outbox({
        sender,
        journal: this.#journal,
        senderMs: limits.senderMs,
        signal: this.#lanes.signal,
        onProblem: this.#problems.note,
        onFailure: (error) => {
          this.#sendFailure ??= { error }
          this.#supervisor?.fail(error)
        },
      })
    return isContinuing
  }

  #supervise({ context, directories }: Ready): Promise<Supervision> {
    this.#phase = 'body'
    const supervisor = new AgentSupervisor<T>({
      plan: this.#plan,
      context,
      directories,
      journal: this.#journal,
      outbox: this.#outbox,
      lanes: this.#lanes,
      onProblem: this.#problems.note,
    })
    this.#supervisor = supervisor
    if (this.#sendFailure) supervisor.fail(this.#sendFailure.error)
    return supervisor.run()
  }

  async #after(context: SessionContext): Promise<void> {
    const { hooks, limits } = this.#plan
    try {
      await withinBudget({ phase: 'after', ms: limits.hookMs }, (signal) =>
        hooks.afterBody?.(context, { signal }),
      )
    } catch (error) {
      this.#problems.note('after', error)
    }
  }

  async #outcome({ ending, verdict, failure, owed }: Supervision): Promise<SessionOutcome> {
    const ended = { run: this.#journal?.key.run, problems: this.#problems.kept, owed }
    const said = verdict?.type === 'done' ? verdict.summary : undefined
    const message = verdict?.type === 'error' ? verdict.message : undefined
    const final = ending === 'failed' ? 'exited' : ending
    if (final === 'done' || final === 'error' || final === 'exited')
      await this.#endRun(final, said ?? message)
    switch (ending) {
      case 'done':
        return { ...ended, type: 'done', summary: said }
      case 'error':
        return { ...ended, type: 'error', message }
      case 'exited':
        return { ...ended, type: 'exited' }
      case 'failed':
        return { ...ended, type: 'exited', failure }
      case 'cancelled':
      case 'timed-out':
        return { ...ended, type: ending, phase: 'body' }
      case 'unread':
        return { ...ended, type: 'timed-out', phase: 'tail' }
      case 'lost':
        return { ...ended, type: 'lost', failure }
    }
  }

  /** Should it fail, the next call finds what the agent has said. */
  async #endRun(type: Ending, text: string | undefined): Promise<void> {
    try {
      await this.#journal?.end({ type, ...(text !== undefined && { text }) })
    } catch (error) {
      if (error instanceof StoreError && error.code === 'lease-lost') throw error
      this.#problems.note('journal', error)
    }
  }

  /** How a session ends that never ran, or can't be told of any more. */
  #early(error: unknown): SessionOutcome {
    const { signal } = this.#plan
    const ended = { run: this.#journal?.key.run, problems: this.#problems.kept, owed: 0 }
    if (signal?.aborted === true && error === signal.reason)
      return { ...ended, type: 'cancelled', phase: this.#phase }
    if (error instanceof AgentSessionError && error.code === 'timed-out')
      return { ...ended, type: 'timed-out', phase: error.phase }
    if (isOutOfReach(error)) return { ...ended, type: 'lost', failure: error }
    if (error instanceof StoreError || this.#phase === 'body') throw error
    throw new AgentSessionError(
      'step-failed',
      this.#phase,
      `the session could not begin: ${this.#phase} failed`,
      {
        cause: error,
      },
    )
  }

  #step<R>(phase: SessionPhase, ms: number, body: (signal: AbortSignal) => Promise<R> | R): Promise<R> {
    this.#phase = phase
    return withinBudget({ phase, ms, signal: this.#plan.signal }, body)
  }
}
