import type { Content, SeedKey, SeedRecord } from './seed-record.ts'

/**
 * How the login of a seed stands with whoever renews its tokens.
 *
 * - `idle`: nobody is at it. After a failure that said nothing about the login, not again before `notBefore`.
 * - `refreshing`: one holder is at it, in any process on any machine.
 * - `unknown`: the request has left, and nobody knows what became of it: its token may be spent. Nobody tries it again.
 *   It ends with a new login, or with the late word of the very holder that sent it.
 * - `dead`: the login was refused for good, or a person has marked the seed so.
 */
export interface SeedRefresh {
  readonly state: 'idle' | 'refreshing' | 'unknown' | 'dead'
  /** Grows with every claim and with every new login. Every write of the holder carries it. */
  readonly fence: number
  /** Who is at it, or was when it became unknown. */
  readonly holder?: string
  /** When that holder came so far. Times are the store's, in milliseconds. */
  readonly since?: number
  /** Why it is unknown or dead, or why the last try came to nothing. Never a secret. */
  readonly reason?: string
  readonly notBefore?: number
  /** When new tokens were last saved. */
  readonly refreshedAt?: number
}

export interface RefreshClaim extends SeedKey {
  /** The content whose tokens are to be renewed. Another revision means that somebody has done it. */
  readonly revision: number
  /** Who: unique for each try, so that whoever got no answer may claim again. */
  readonly holder: string
  /**
   * How long the claim stays ours, in milliseconds by the store's clock; it begins anew with `markSent`. Longer than
   * the exchange with the token endpoint may take.
   */
  readonly lockMs: number
}

/** A claim as its holder knows it. */
export interface HeldRefresh extends SeedKey {
  readonly fence: number
  readonly revision: number
}

export type RefreshAnswer =
  | { readonly type: 'claimed'; readonly held: HeldRefresh }
  /** Somebody else is at it; look at the seed again. */
  | { readonly type: 'busy' }
  /** The content is another one by now. */
  | { readonly type: 'moved'; readonly revision: number }
  /** `leased`: somebody holds the seed, and with it the right to renew; or held it when it was lost. */
  | {
      readonly type: 'unavailable'
      readonly why: 'unknown' | 'dead' | 'leased' | 'too-soon'
      readonly refresh: SeedRefresh
    }

/** What became of a refresh that brought no new tokens. `reason` is one line without a secret. */
export type RefreshOutcome =
  /** Nothing was learned about the login: the request never left, or the answer was about something else. */
  | { readonly type: 'untouched'; readonly reason?: string; readonly retryAfterMs?: number }
  | { readonly type: 'unknown'; readonly reason: string }
  /** Refused for good: the seed's status becomes `dead`. */
  | { readonly type: 'dead'; readonly reason: string }

export interface LoginReplacement {
  readonly content: Content
  /** The revision that is replaced. */
  readonly revision: number
  /** Stops reading `content`; the old content stays. */
  readonly signal?: AbortSignal
}

/**
 * The lock under which tokens are renewed, one per login over all orchestrators, and what is known when its holder dies.
 * It excludes leases: a seed that is leased is refreshed by nobody but its holder, and one whose request is under way or
 * unknown is leased to nobody.
 *
 * Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names.
 */
export interface RefreshOperations {
  /**
   * Takes the lock. Atomic: of any number of callers in any number of processes one gets it. Durable when it returns.
   * A claim that has expired before `markSent` is taken over, since nothing was sent; one that has expired after it is
   * `unknown`. The same holder may claim again before `markSent`, and gets a new fencing number.
   * @throws StoreError `not-found`, also for a deleted seed
   */
  readonly claim: (claim: RefreshClaim) => Promise<RefreshAnswer>
  /**
   * Notes that the request is about to leave. Whoever sends it without this having returned may burn the token without
   * a trace. Atomic, fenced, durable when it returns, idempotent.
   * @throws StoreError `not-found`, `lease-lost`
   */
  readonly markSent: (held: HeldRefresh) => Promise<void>
  /**
   * Puts the new tokens in place and ends the refresh: compare-and-set on the revision, fenced. Atomic: a reader gets
   * the old or the new content. Durable when it returns; nobody uses a new token before. Idempotent: a holder that got
   * no answer saves again. A holder that is late may still save, and what was `unknown` is `idle` then.
   * @throws StoreError `not-found`, `lease-lost`; whatever `content` throws. The old content stays.
   */
  readonly save: (
    held: HeldRefresh,
    options: { readonly content: Content; readonly signal?: AbortSignal },
  ) => Promise<SeedRecord>
  /**
   * Ends the refresh without new tokens. Atomic, fenced, durable when it returns, idempotent.
   * @throws StoreError `not-found`, `lease-lost`
   */
  readonly settle: (held: HeldRefresh, outcome: RefreshOutcome) => Promise<SeedRecord>
  /**
   * Puts a new login in place of the old, whatever was known about that: the seed is alive and idle then, and whoever
   * was refreshing the old one writes no more. Compare-and-set on the revision. Atomic; durable when it returns.
   * @throws StoreError `not-found`, `conflict`, `leased`; whatever `content` throws. The old content stays.
   */
  readonly replaceLogin: (key: SeedKey, replacement: LoginReplacement) => Promise<SeedRecord>
}
