import type { StorePlace } from '../stores/store-place.ts'

export const TASK = { owner: 'drill', taskId: 'kept' }

/** How many files of a session change with each state, so that a torn one would show. */
export const FILES = 6

/** Of what no state changes: enough of it that a snapshot is laid over the one before. */
export const STEADY = { directory: 'steady', files: 16, bytes: 512 * 1024 }

/** What a process that takes snapshots is started with. */
export interface TakerErrand {
  readonly place: StorePlace
  /** Of the session. */
  readonly directory: string
  /** The state that it makes first. */
  readonly from: number
  /** Of the task's record. */
  readonly fence: number
}

/** What it says: it takes one of that state, so far; it was acknowledged. */
export type TakerLine =
  { readonly ready: true } | { readonly taking: number; readonly phase: string } | { readonly taken: number }
