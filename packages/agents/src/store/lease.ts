import type { SeedKey } from './seed-record.ts'

/**
 * A time-bounded, exclusive claim on a seed.
 *
 * *held* while it is renewed; *quarantined* once it has expired: the seed is handed to nobody, because its token may
 * have been spent where the holder was. Release frees it; so does taking it over, looking at that worker, and
 * releasing then.
 */
export interface Lease extends SeedKey {
  readonly state: 'held' | 'quarantined'
  /** Grows with every change of hands of this seed, and never comes again. Every write of the holder carries it. */
  readonly fence: number
  /** Who: unique for each run. */
  readonly holder: string
  /** Where the login lies meanwhile. */
  readonly worker: string
  /** Times are the store's, in milliseconds. */
  readonly since: number
  readonly renewedAt: number
  readonly expiresAt: number
}

export interface LeaseRequest {
  readonly owner: string
  /** One out of a pool, or this one. */
  readonly of: { readonly pool: string } | { readonly seedId: string }
  readonly holder: string
  readonly worker: string
  /** How long the claim stays ours without renewal, in milliseconds, by the store's clock. */
  readonly leaseMs: number
  /**
   * Waits in the queue when none is free: `true` the first time, then the ticket that came back. Whoever does not ask
   * again within {@link WAITER_MS} has left, and is forgotten a little later.
   */
  readonly queue?: true | string
}

/** A waiter that asks at least this often, in milliseconds, keeps its place. */
export const WAITER_MS = 15_000

/** That a waiter has asked is written down this often, since a write is dear and asking is not. */
export const SEEN_MS = 3_000

/**
 * What stands in the way, of the seeds that were asked for. Those whose refresh is under way or unknown count as
 * quarantined: their token may have been spent.
 */
export interface LeaseCounts {
  readonly free: number
  readonly held: number
  readonly quarantined: number
  readonly dead: number
}

export type LeaseAnswer =
  | { readonly type: 'leased'; readonly lease: Lease }
  /** `place` is 1 for whoever is next. Ask again with the ticket; a few times in {@link WAITER_MS} is right. */
  | {
      readonly type: 'waiting'
      readonly ticket: string
      readonly place: number
      readonly seeds: LeaseCounts
    }
  /** None is free for this request, which does not want to wait. */
  | { readonly type: 'unavailable'; readonly seeds: LeaseCounts }

/** A claim as its holder knows it. */
export interface HeldLease extends SeedKey {
  readonly fence: number
}

export interface LeaseTakeover extends HeldLease {
  readonly holder: string
  readonly worker: string
  readonly leaseMs: number
  /** Takes it from a holder whose lease has not expired, too: for a person who knows that it is gone. @default false */
  readonly revoke?: boolean
}

export interface LeaseFilter {
  readonly owner: string
  readonly pool?: string
  readonly state?: Lease['state']
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface LeaseOperations {
  /**
   * Hands out the seed that was not used for the longest time, and never one that is dead, deleted, held or
   * quarantined. Atomic: of any number of callers in any number of processes one gets a seed. Durable when it returns.
   * Ordered: nobody is served while those who wait before take what is free. In MongoDB two who arrive within one
   * round trip may change places.
   * @throws StoreError `not-found` for a `seedId` that the owner does not have
   */
  readonly acquire: (request: LeaseRequest) => Promise<LeaseAnswer>
  /**
   * Extends the claim from now on, also one that has expired if nobody has taken it over. Atomic, fenced, durable.
   * @throws StoreError `lease-lost`
   */
  readonly renew: (lease: HeldLease, options?: { readonly leaseMs?: number }) => Promise<Lease>
  /** Frees the seed. Atomic, fenced, durable, idempotent: false when the lease was not ours any more. */
  readonly release: (lease: HeldLease) => Promise<boolean>
  /**
   * Makes an expired lease ours under a new fencing number: for whoever looks at the worker where it was, saves what
   * is found there, and releases. Atomic: one of several gets it. Fenced by the old number. Durable when it returns.
   * @throws StoreError `lease-lost` when it changed hands meanwhile; `leased` when it has not expired
   */
  readonly takeOver: (takeover: LeaseTakeover) => Promise<Lease>
  /** Who holds what, since when, on which worker; the oldest claim first. */
  readonly list: (filter: LeaseFilter) => Promise<readonly Lease[]>
  /** Gives up a place in the queue. Idempotent. */
  readonly leave: (request: { readonly owner: string; readonly ticket: string }) => Promise<void>
}
