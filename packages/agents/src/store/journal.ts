import type { JsonObject } from './json.ts'
import type { TaskKey } from './task-record.ts'

/** What a run may keep of entries with which nothing is left to be done; older ones are forgotten. */
export const KEPT_ENTRIES = 2_000
/** Entries that are recorded at once, at most. */
export const MAX_BATCH = 1_000

export interface JournalKey extends TaskKey {
  /** Unique in the task. */
  readonly run: string
}

/** How far the log of one run was read. Positions are numbers that grow. Times are the store's, in milliseconds. */
export interface JournalRun extends JournalKey {
  /** Grows with each run in the store. */
  readonly number: number
  /** Where reading goes on. */
  readonly next: number
  /** By which the reader knows that place again, when the last batch gave one. */
  readonly mark?: number
  /** Its directory was set up; otherwise that has to be done again, from its beginning. */
  readonly isReady: boolean
  /** How the run ended; without one it can go on. */
  readonly outcome?: JsonObject
  readonly createdAt: number
  readonly updatedAt: number
}

/**
 * `pending`: somebody must still be told, at least once. `answered`: the agent must still be sent `reply`, once.
 * `settled`: nothing is left to be done. It never goes back.
 */
export type JournalState = 'pending' | 'answered' | 'settled'

/** What a line of the log did, or a message to the agent that no line asked for. */
export interface JournalEntry extends JournalKey {
  /** Unique in the run: of a line its position, as text. */
  readonly id: string
  /** Of the line; of a message, how far the log had been read. */
  readonly offset: number
  readonly type: string
  /**
   * What the line says. Not encrypted, and kept until it is forgotten: whoever reads the store reads addresses that the agent
   * wants to open too, with the codes for a login that may stand in them.
   */
  readonly data: JsonObject
  readonly state: JournalState
  readonly reply?: string
  readonly createdAt: number
}

export interface NewEntry {
  readonly offset: number
  readonly type: string
  readonly data: JsonObject
  /** @default 'settled' */
  readonly state?: 'pending' | 'settled'
}

/** What was read of the log from one position to another. */
export interface JournalBatch {
  readonly from: number
  readonly next: number
  /** A whole number by which the reader will know `next` again. */
  readonly mark?: number
  /** In the order of their offsets, each from `from` to below `next`. At most `MAX_BATCH`. */
  readonly entries: readonly NewEntry[]
  readonly fence?: number
}

export interface JournalFilter {
  /** @default any state */
  readonly states?: readonly JournalState[]
  readonly type?: string
  /** At most so many, the newest. @default all that are kept */
  readonly limit?: number
}

/** `fence` is the number of the task's record. Left out only when the store has no record of the task. */
export interface Fenced {
  readonly fence?: number
}

/**
 * What was read of agents' logs, each line's effect exactly once by task, run and position. Every write is fenced by the
 * task's number: once an adoption has been acknowledged, nothing of the earlier driver appears any more.
 *
 * Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names; every write with
 * `lease-lost` after an adoption, and with `not-found` for a fence without a task.
 */
export interface JournalOperations {
  /** Begins a run, or takes it up. Atomic, durable, idempotent. */
  readonly begin: (key: JournalKey, options: Fenced) => Promise<JournalRun>
  /** Says that the run's directory was set up, so that it can go on. Atomic, durable, idempotent. @throws StoreError `not-found` */
  readonly ready: (key: JournalKey, options: Fenced) => Promise<JournalRun>
  /** The newest run of a task. */
  readonly newest: (key: TaskKey) => Promise<JournalRun | undefined>
  /**
   * Records entries and how far the log was read, in one step. Durable. A batch that was recorded already changes
   * nothing, so one whose answer was lost may be tried again.
   * @throws StoreError `conflict` when the run was read to another position than `from`; `not-found`
   */
  readonly record: (key: JournalKey, batch: JournalBatch) => Promise<JournalRun>
  /** In the order of the log. */
  readonly read: (key: JournalKey, filter?: JournalFilter) => Promise<readonly JournalEntry[]>
  /**
   * Keeps a message to the agent until it was sent: an `answered` entry of type `message`. Atomic, durable; idempotent by
   * `id`, which must not be a number.
   * @throws StoreError `not-found`
   */
  readonly post: (
    key: JournalKey,
    message: Fenced & { readonly id: string; readonly text: string },
  ) => Promise<JournalEntry>
  /**
   * Keeps the reply to a pending entry until it was sent. Atomic, durable; the first reply stays.
   * @throws StoreError `not-found`
   */
  readonly answer: (
    key: JournalKey,
    answer: Fenced & { readonly id: string; readonly reply: string },
  ) => Promise<JournalEntry>
  /** Says that nothing is left to be done for these. Each atomically, durable, idempotent. */
  readonly settle: (key: JournalKey, options: Fenced & { readonly ids: readonly string[] }) => Promise<void>
  /** Ends the run; the first outcome stays. Atomic, durable. @throws StoreError `not-found` */
  readonly end: (key: JournalKey, options: Fenced & { readonly outcome: JsonObject }) => Promise<JournalRun>
}
