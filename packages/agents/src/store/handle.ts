import type { SeedKey } from './seed-record.ts'

/** What a session shows instead of a refresh token. The store knows its hash alone. */
export interface HandleRecord extends SeedKey {
  /** SHA-256 of the handle, 64 hexadecimal digits. */
  readonly hash: string
  /** Whose it is; it dies with that. */
  readonly session: string
  /** Of the content whose tokens the session was given with it. */
  readonly revision: number
  /** Times are the store's, in milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

export interface NewHandle extends SeedKey {
  readonly hash: string
  readonly session: string
  readonly revision: number
  /** How long it is good without being extended, in milliseconds. */
  readonly lifetimeMs: number
}

export interface HandleFilter {
  readonly owner: string
  readonly seedId?: string
  readonly session?: string
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface HandleOperations {
  /**
   * Makes a handle good. Atomic; durable when it returns.
   * @throws StoreError `not-found`, also for a deleted seed; `conflict` for a hash that is there already
   */
  readonly insert: (handle: NewHandle) => Promise<HandleRecord>
  /** The handle of that hash while it is good; one that has expired or was revoked is as unknown as any other text. */
  readonly find: (hash: string) => Promise<HandleRecord | undefined>
  /** The good ones, oldest first: which sessions use which login. */
  readonly list: (filter: HandleFilter) => Promise<readonly HandleRecord[]>
  /** Lets the good handles of these last so long from now on. Each atomically; durable when it returns. @returns how many */
  readonly extend: (filter: HandleFilter, options: { readonly lifetimeMs: number }) => Promise<number>
  /** Ends handles, for good. Each atomically; durable when it returns, idempotent. @returns how many there were */
  readonly revoke: (filter: HandleFilter) => Promise<number>
}
