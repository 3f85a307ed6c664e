import type { JsonObject } from './json.ts'
import type { Lease } from './lease.ts'
import type { SeedRefresh } from './refresh.ts'

/** Which seed. Another owner's id is as unknown as one that never was. */
export interface SeedKey {
  readonly owner: string
  readonly seedId: string
}

/** `dead` seeds are never handed out; everything else about them goes on. */
export type SeedStatus = 'alive' | 'dead'

/** A stored login as the store knows it: everything but what is in it. Times are the store's, in milliseconds. */
export interface SeedRecord extends SeedKey {
  /** What a person calls it; need not be unique. */
  readonly name: string
  /** Whose login it is, for example `codex`. */
  readonly agent: string
  /** The version of the manifest that says what lies in the content. */
  readonly manifestVersion: number
  /** Sessions take a seed out of a pool. Without one, it is taken by its id alone. */
  readonly pool?: string
  readonly status: SeedStatus
  /** Facts about the login for a person to see. Not encrypted, so never a secret. */
  readonly metadata: JsonObject
  /** Of the content: 1 at first, and one more with each replacement. */
  readonly revision: number
  /** Size of the content, before encryption. */
  readonly bytes: number
  readonly createdAt: number
  /** When the content was last written. Changes of name, status or metadata leave it alone. */
  readonly savedAt: number
  /** When it was last handed out. */
  readonly leasedAt?: number
  /** Set when it was deleted and not yet purged. */
  readonly deletedAt?: number
  /** Who keeps it, or kept it when it was lost. */
  readonly lease?: Lease
  /** How its login stands with whoever renews the tokens. */
  readonly refresh: SeedRefresh
}

/** What bytes are read from: chunks of any size, never all in memory. */
export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface NewSeed {
  readonly owner: string
  readonly name: string
  readonly agent: string
  /** @default 1 */
  readonly manifestVersion?: number
  readonly pool?: string
  readonly metadata?: JsonObject
  readonly content: Content
  /** Stops reading `content`; nothing is kept. */
  readonly signal?: AbortSignal
}

export interface SeedFilter {
  readonly owner: string
  readonly pool?: string
  readonly agent?: string
  /** True for those that were deleted and not purged, instead of the others. @default false */
  readonly deleted?: boolean
}

/** What is left out stays as it is. */
export interface SeedChange {
  readonly name?: string
  /** `null` takes it out of its pool. A lease is not touched by that. */
  readonly pool?: string | null
  readonly status?: SeedStatus
  /** Each key replaces the key of that name, `null` removes it, and all the others stay. */
  readonly metadata?: JsonObject
}

export interface SeedReplacement {
  readonly content: Content
  /** The revision that the new content was made of. */
  readonly revision: number
  /** Of the lease that is held on the seed. */
  readonly fence: number
  /** Stops reading `content`; the old content stays. */
  readonly signal?: AbortSignal
}

/** Holds nothing open before it is read, nor after the reading has ended in any way. */
export interface SeedContent {
  readonly seed: SeedRecord
  /**
   * Every piece was checked before it comes. Whether it is whole is known only at the end: use nothing for good before
   * the iteration has ended without a throw. Read once.
   * @throws StoreError `wrong-key`, `corrupt`, `conflict` when it was replaced while it was read
   */
  readonly content: AsyncIterable<Uint8Array>
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface SeedOperations {
  /**
   * Stores a login under a new id. Atomic: nobody sees it before its whole content is stored. Durable when it returns.
   * A crash leaves at most a blob that no record names, which is swept.
   */
  readonly insert: (seed: NewSeed) => Promise<SeedRecord>
  /**
   * One seed, deleted ones included.
   * @throws StoreError `not-found`
   */
  readonly get: (key: SeedKey) => Promise<SeedRecord>
  /** The owner's seeds, oldest first. Each is consistent in itself, not with the others. */
  readonly list: (filter: SeedFilter) => Promise<readonly SeedRecord[]>
  /**
   * Renames, moves, marks, notes. Atomic; changes of several callers come one after the other and none is lost.
   * Durable when it returns. Fenced when `fence` is given: a session that changes its seed gives it, a person does not.
   * @throws StoreError `not-found`, `lease-lost`
   */
  readonly change: (
    key: SeedKey,
    change: SeedChange,
    options?: { readonly fence?: number },
  ) => Promise<SeedRecord>
  /**
   * Puts new content in place of the old: compare-and-set on the revision, fenced by the lease. Atomic: a reader gets
   * the old or the new. Durable when it returns. The old content is destroyed afterwards.
   *
   * A holder whose lease has expired may still save as long as nobody has taken the seed over: what it has may be the
   * only valid token.
   * @throws StoreError `not-found`, `lease-lost`, `conflict`; whatever `content` throws. The old content stays.
   */
  readonly replace: (key: SeedKey, replacement: SeedReplacement) => Promise<SeedRecord>
  /**
   * Opens the content for reading. What comes is of one revision, that of `seed`.
   * @throws StoreError `not-found`, `wrong-key`, `corrupt`
   */
  readonly read: (key: SeedKey) => Promise<SeedContent>
  /**
   * Takes it out of sight and out of circulation; the content stays until it is purged. Atomic, durable, idempotent.
   * With `revoke`, whoever holds it loses its lease.
   * @throws StoreError `not-found`; `leased` without `revoke`, also when the lease has expired
   */
  readonly delete: (key: SeedKey, options?: { readonly revoke?: boolean }) => Promise<void>
  /**
   * Makes a deleted seed what it was. Atomic, durable, idempotent.
   * @throws StoreError `not-found`
   */
  readonly restore: (key: SeedKey) => Promise<SeedRecord>
  /**
   * Destroys the record and the content, deleted before or not. The record goes atomically; durable when it returns.
   * What a crash leaves of the content can't be read any more, and is swept.
   * @throws StoreError `not-found`; `leased` without `revoke`, also when the lease has expired
   */
  readonly purge: (key: SeedKey, options?: { readonly revoke?: boolean }) => Promise<void>
}
