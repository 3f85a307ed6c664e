import type { JsonObject } from './json.ts'
import type { Content } from './seed-record.ts'
import type { TaskKey } from './task-record.ts'

/** Which snapshot. Another owner's or task's id is as unknown as one that never was. */
export interface SnapshotKey extends TaskKey {
  readonly snapshotId: string
}

/** `bad` ones are never the newest, and nothing new is laid over them. */
export type SnapshotVerdict = 'good' | 'bad'

/** What a snapshot consists of: an archive, and the list of what its directory held, by which the next one is made. */
export type SnapshotPart = 'archive' | 'manifest'

/** What is kept of a task so that it can go on elsewhere, but for its content. Times are the store's, in milliseconds. */
export interface SnapshotRecord extends SnapshotKey {
  /** Grows with each snapshot in the store: of two of a task, the newer has the larger one. */
  readonly number: number
  /** Whose session it was, for example `codex`. */
  readonly agent: string
  /** The snapshot that this one is laid over; without one it stands for itself. */
  readonly baseId?: string
  /** How many are below it: 0 for one that stands for itself. */
  readonly depth: number
  readonly verdict: SnapshotVerdict
  /** Opaque to the store. Not encrypted, so never a secret. */
  readonly data: JsonObject
  /** Of the archive, before encryption. */
  readonly archiveBytes: number
  readonly manifestBytes: number
  readonly createdAt: number
  /** Until then it can't be deleted, since somebody reads it. */
  readonly heldUntil?: number
}

export interface NewSnapshot extends TaskKey {
  readonly agent: string
  /** Of the same task. @default it stands for itself */
  readonly baseId?: string
  readonly data: JsonObject
  /** Read once, while it is stored; the manifest only after it. */
  readonly archive: Content
  readonly manifest: Content
  /** Of the task's record. Left out only when the store has no record of the task. */
  readonly fence?: number
  /** Stops reading the content; nothing is kept. */
  readonly signal?: AbortSignal
}

export interface SnapshotFilter {
  readonly owner: string
  /** @default those of all tasks */
  readonly taskId?: string
}

/** Holds nothing open before it is read, nor after the reading has ended in any way. */
export interface SnapshotContent {
  readonly snapshot: SnapshotRecord
  /**
   * Every piece was checked before it comes. Whether it is whole is known only at the end. Read once.
   * @throws StoreError `wrong-key`, `corrupt`, `conflict` when it was deleted while it was read
   */
  readonly content: AsyncIterable<Uint8Array>
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface SnapshotOperations {
  /**
   * Stores a snapshot under a new id. Atomic: nobody sees it before both its parts are stored whole, and its base can't
   * go from then on. Ordered: it is newer than all that were there when it was stored. Fenced by the task's number: once
   * an adoption has been acknowledged, nothing of the earlier driver appears any more. Durable when it returns.
   *
   * A writer that fails leaves nothing; one that dies leaves what no record names, which is swept.
   * @throws StoreError `lease-lost` after an adoption, and without `fence` for a task that has a record; `not-found`
   * with `fence` for one that has none; `conflict` when the base is bad, gone or going; whatever the content throws
   */
  readonly insert: (snapshot: NewSnapshot) => Promise<SnapshotRecord>
  /** @throws StoreError `not-found` */
  readonly get: (key: SnapshotKey) => Promise<SnapshotRecord>
  /** The newest good one of a task. Atomic: it is of one moment. */
  readonly newest: (key: TaskKey) => Promise<SnapshotRecord | undefined>
  /** Oldest first. Each is consistent in itself, not with the others. */
  readonly list: (filter: SnapshotFilter) => Promise<readonly SnapshotRecord[]>
  /**
   * Opens one part for reading.
   * @throws StoreError `not-found`, `wrong-key`, `corrupt`
   */
  readonly read: (key: SnapshotKey, part: SnapshotPart) => Promise<SnapshotContent>
  /**
   * Says what its content is worth. Atomic, durable; the last word counts. Not fenced: it is as true from anybody.
   * @throws StoreError `not-found`
   */
  readonly mark: (key: SnapshotKey, verdict: SnapshotVerdict) => Promise<SnapshotRecord>
  /**
   * Keeps it from being deleted for so long, in milliseconds, for who is about to read it; never shortens what another
   * reader has asked for. Atomic: it is held, or it is gone. Durable.
   * @throws StoreError `not-found`
   */
  readonly hold: (key: SnapshotKey, options: { readonly forMs: number }) => Promise<SnapshotRecord>
  /**
   * Destroys record and content. The record goes atomically; durable when it returns, idempotent. What a crash leaves of
   * the content can't be read any more, and is swept. Not fenced: nothing that is needed can go. With `revoke` it goes
   * while it is held, too, and whoever reads it gets an error.
   * @throws StoreError `leased` while another snapshot is laid over it; while it is held, without `revoke`
   */
  readonly delete: (key: SnapshotKey, options?: { readonly revoke?: boolean }) => Promise<void>
}
