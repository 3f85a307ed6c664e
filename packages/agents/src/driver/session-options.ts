import type { Host } from '@x/host'
import type { FileProgress, SessionContext } from '../files/session-context.ts'
import type { SessionTask } from '../journal/session-journal.ts'
import { keywordFeatures, type KeywordFeatures } from '../keywords/features.ts'
import type { Store } from '../store/store.ts'
import type { AgentSender } from './agent-sender.ts'
import { sessionBudgets, type SessionBudgets } from './session-budgets.ts'
import type { SessionCallbacks } from './session-callbacks.ts'

/** What a session keeps, and where: any `Store` has both. */
export type SessionStore = Pick<Store, 'journal' | 'deliverables'>

export interface SessionHooks {
  /**
   * Installs what the agent needs, restores what it had. Only when a run begins, never when one goes on; once more when it was
   * cut off.
   */
  readonly prepare?: (context: SessionContext, options: { readonly signal: AbortSignal }) => Promise<void>
  /** Right before the body, each time. */
  readonly beforeBody?: (context: SessionContext, options: { readonly signal: AbortSignal }) => Promise<void>
  /** When the body has ended, however it did, also when `beforeBody` has failed. */
  readonly afterBody?: (context: SessionContext, options: { readonly signal: AbortSignal }) => Promise<void>
}

export interface AgentSessionOptions<T> {
  readonly host: Host
  /** The agent's work directory, absolute on the host. It is made when it is not there. */
  readonly directory: string
  /** Needed, with `store`, as soon as the log is read. */
  readonly task?: SessionTask
  readonly store?: SessionStore
  /** @default all off */
  readonly features?: Partial<KeywordFeatures>
  /**
   * Runs the agent, or looks after the one that runs, and returns when it has ended. It is told to end by its signal, also
   * when the agent has said that it is done. It may be called with a signal that is aborted already, when a run goes on whose
   * agent has said so to an earlier driver: nothing is to be started then, and what still runs is to be ended.
   */
  readonly body: (context: SessionContext, options: { readonly signal: AbortSignal }) => Promise<void>
  readonly hooks?: SessionHooks
  readonly callbacks?: SessionCallbacks<T>
  /** The way to the agent. Needed for deliverables and caller messages: the agent waits for replies. */
  readonly sender?: AgentSender
  /** Empty the work directory before a run begins. One whose run goes on is never emptied. @default false */
  readonly wipe?: boolean
  /** Begin a new run though the newest one could go on. @default false */
  readonly anew?: boolean
  /** Of one deliverable. @default 256 MiB */
  readonly maxDeliverableBytes?: number
  /**
   * Where stand-ins for browsers lie on the host; they hold the path of the log, so that no two sessions may share them.
   * @default a directory beside the work directory, with its name and `.shims`
   */
  readonly shimDirectory?: string
  readonly onFileProgress?: (progress: FileProgress) => void
  readonly budgets?: Partial<SessionBudgets>
  /** Cancels the session. */
  readonly signal?: AbortSignal
}

/** The options with their defaults. */
export interface SessionPlan<T> extends AgentSessionOptions<T> {
  readonly features: KeywordFeatures
  readonly callbacks: SessionCallbacks<T>
  readonly hooks: SessionHooks
  readonly limits: SessionBudgets
  readonly maxDeliverableBytes: number
  /** Whether anything of the log is read. */
  readonly reads: boolean
}

/** @throws TypeError, RangeError for what does not fit together; before anything is done */
export function planSession<T>(options: AgentSessionOptions<T>): SessionPlan<T> {
  const { callbacks = {}, hooks = {}, sender, store, task } = options
  const { maxDeliverableBytes = 256 * 1024 * 1024 } = options
  const features = keywordFeatures(options.features)
  const reads = features.keywords || features.browser === 'redirect'
  if (!options.directory.startsWith('/')) throw new TypeError('expected directory to be absolute')
  if (features.callerMessages !== (callbacks.callerMessages !== undefined))
    throw new TypeError('expected callbacks.callerMessages if and only if that feature is on')
  if ((features.deliverables || features.callerMessages) && !sender)
    throw new TypeError('expected a sender: the agent waits for replies')
  if (reads && (!store || !task)) throw new TypeError('expected a store and a task, since the log is read')
  if (!Number.isSafeInteger(maxDeliverableBytes) || maxDeliverableBytes < 1)
    throw new RangeError(`expected maxDeliverableBytes >= 1, got ${maxDeliverableBytes}`)
  const limits = sessionBudgets(options.budgets)
  return { ...options, features, callbacks, hooks, limits, maxDeliverableBytes, reads }
}
