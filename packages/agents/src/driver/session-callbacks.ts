import type { DeliverableRecord } from '../store/deliverable.ts'
import type { Json } from '../store/json.ts'
import type { SessionProblem } from './session-outcome.ts'

/** A file that was handed over and is in the store. */
export interface HandedOver extends DeliverableRecord {
  /** The same each time that it is told. */
  readonly id: string
  /** Its content, from the store. @throws StoreError */
  readonly read: () => Promise<AsyncIterable<Uint8Array>>
}

/** Something that the agent's program says to the application. */
export interface ProgramMessage<T> {
  /** The same each time that it is told. */
  readonly id: string
  readonly keyword: string
  readonly data: T
}

export interface CallOptions {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

type MaybePromise<T> = T | Promise<T>

/** How the application takes what is meant for it. */
export interface CallerMessages<T> {
  /** Checks the payload. What it throws is told to the agent by its message. @default takes anything */
  readonly parse?: (keyword: string, data: Json) => T
  /** What it returns, or its promise gives, is sent to the agent if it is a text that is not blank. */
  readonly handle: (message: ProgramMessage<T>, options: CallOptions) => unknown
}

/**
 * What the embedder is told of. Each is called at least once for what the agent says, one after the other, with an `id`
 * that is the same each time: after a crash of the orchestrator it may come again.
 */
export interface SessionCallbacks<T> {
  readonly onStatus?: (
    status: { readonly id: string; readonly percent: number | undefined; readonly message: string },
    options: CallOptions,
  ) => MaybePromise<void>
  /** A line that is no keyword. At most once: texts are not kept. */
  readonly onText?: (text: string) => void
  readonly onAttention?: (
    attention: { readonly id: string; readonly reason: string },
    options: CallOptions,
  ) => MaybePromise<void>
  /** Only `http` and `https`. */
  readonly onBrowser?: (
    request: { readonly id: string; readonly url: string },
    options: CallOptions,
  ) => MaybePromise<void>
  readonly onClientMessage?: (message: ProgramMessage<Json>, options: CallOptions) => MaybePromise<void>
  /** Needed if and only if the feature is on. */
  readonly callerMessages?: CallerMessages<T>
  /** What it returns, or its promise gives, is for the agent to correct, if it is a text neither blank nor `ok`. @default accepts all */
  readonly onDeliverable?: (deliverable: HandedOver, options: CallOptions) => unknown
  /** Something went wrong and the session goes on. */
  readonly onProblem?: (problem: SessionProblem) => void
}
