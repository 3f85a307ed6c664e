import type { Content } from './seed-record.ts'
import type { TaskKey } from './task-record.ts'

/** Which one. Another owner's or task's id is as unknown as one that never was. */
export interface DeliverableKey extends TaskKey {
  /** Chosen by who stores it, unique in the task: what was announced once is stored once. */
  readonly deliverableId: string
}

/** A file that an agent has handed over, but for its content. Times are the store's, in milliseconds. */
export interface DeliverableRecord extends DeliverableKey {
  /** Grows with each deliverable in the store. */
  readonly number: number
  /** Below the directory of deliverables, with `/` between names. */
  readonly path: string
  /** Grows with each one of that path in the task. */
  readonly version: number
  /** Of the content before encryption, in hex. */
  readonly sha256: string
  readonly bytes: number
  readonly createdAt: number
}

export interface NewDeliverable extends DeliverableKey {
  readonly path: string
  /** Read once, while it is stored. */
  readonly content: Content
  /** Of the task's record. Left out only when the store has no record of the task. */
  readonly fence?: number
  /** Stops reading the content; nothing is kept. */
  readonly signal?: AbortSignal
}

export interface DeliverableFilter {
  readonly owner: string
  /** @default those of all tasks */
  readonly taskId?: string
  /** @default those of all paths */
  readonly path?: string
}

/** Holds nothing open before it is read, nor after the reading has ended in any way. */
export interface DeliverableContent {
  readonly deliverable: DeliverableRecord
  /**
   * Every piece was checked before it comes. Whether it is whole is known only at the end. Read once.
   * @throws StoreError `wrong-key`, `corrupt`, `conflict` when it was deleted while it was read
   */
  readonly content: AsyncIterable<Uint8Array>
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface DeliverableOperations {
  /**
   * Stores a deliverable. Atomic: nobody sees it before it is whole. Idempotent by its id: what is there already is
   * returned, and the content is not read. Fenced by the task's number as all that a driver writes. Durable.
   *
   * A writer that fails leaves nothing; one that dies leaves what no record names, which is swept.
   * @throws StoreError `lease-lost` after an adoption, and without `fence` for a task that has a record; `not-found`
   * with `fence` for one that has none; `conflict` when somebody stored it meanwhile; whatever the content throws
   */
  readonly insert: (deliverable: NewDeliverable) => Promise<DeliverableRecord>
  /** @throws StoreError `not-found` */
  readonly get: (key: DeliverableKey) => Promise<DeliverableRecord>
  /** Oldest first. Each is consistent in itself, not with the others. */
  readonly list: (filter: DeliverableFilter) => Promise<readonly DeliverableRecord[]>
  /** Opens it for reading. @throws StoreError `not-found`, `wrong-key`, `corrupt` */
  readonly read: (key: DeliverableKey) => Promise<DeliverableContent>
  /**
   * Destroys record and content. The record goes atomically; durable, idempotent. Not fenced: a deliverable belongs to
   * the person. What a crash leaves of the content can't be read any more, and is swept.
   */
  readonly delete: (key: DeliverableKey) => Promise<void>
}
