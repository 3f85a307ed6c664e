import { setTimeout as delay } from 'node:timers/promises'
import {
  WAITER_MS,
  type Lease,
  type LeaseAnswer,
  type LeaseCounts,
  type LeaseRequest,
} from '../store/lease.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { SeedError } from './seed-error.ts'
import { SeedLease } from './seed-lease.ts'

/** How one stands in the queue. */
export interface QueuePlace {
  /** 1 for whoever is next. */
  readonly place: number
  /** How the seeds stand that were asked for. */
  readonly seeds: LeaseCounts
}

export interface AcquireOptions {
  readonly owner: string
  /** One out of a pool, or this one. */
  readonly of: LeaseRequest['of']
  /** Who: unique for each run. */
  readonly holder: string
  /** Where the login will lie. */
  readonly worker: string
  /** How long it stays ours without renewal, in milliseconds. @default 60_000 */
  readonly leaseMs?: number
  /** How often it is renewed, in milliseconds. @default a quarter of `leaseMs` */
  readonly renewMs?: number
  /** How long to wait for one, in milliseconds; 0 does not wait. @default for ever */
  readonly timeoutMs?: number
  /** How often to ask while waiting, in milliseconds: at most a third of `WAITER_MS`. @default 1_000 */
  readonly pollMs?: number
  /** Ends the waiting, and gives up the place. What was acquired goes on. */
  readonly signal?: AbortSignal
  /** Told when one begins to wait, and whenever the place or the seeds have changed. */
  readonly onWaiting?: (place: QueuePlace) => void
}

/**
 * Leases one of the seeds that were asked for: the one that was not used for the longest time. When none is free it
 * waits in a queue that all orchestrators share, in which nobody goes before another. While the store does not answer it
 * goes on asking.
 * @throws SeedError `timed-out`; `none-alive` when all are dead, or there is none: waiting would not help
 * @throws StoreError `not-found` for a seed that the owner does not have; the reason of `signal`
 */
export async function acquireSeed(store: Store, options: AcquireOptions): Promise<SeedLease> {
  const {
    owner,
    timeoutMs = Number.POSITIVE_INFINITY,
    leaseMs = 60_000,
    renewMs,
    pollMs = 1_000,
    signal,
  } = options
  if (!(timeoutMs >= 0)) throw new RangeError(`expected timeoutMs of 0 or more, got ${timeoutMs}`)
  if (!(pollMs >= 1 && pollMs <= WAITER_MS / 3))
    throw new RangeError(`expected pollMs up to ${WAITER_MS / 3}`)
  signal?.throwIfAborted()
  const claim = new Claim(store, { ...options, leaseMs })
  const deadline = performance.now() + timeoutMs
  try {
    for (;;) {
      const asked = performance.now()
      const lease = await claim.ask(timeoutMs > 0)
      if (lease) {
        claim.isServed = true
        const ours = new SeedLease(store, lease, asked, {
          leaseMs,
          ...(renewMs !== undefined && { renewMs }),
        })
        if (signal?.aborted !== true) return ours
        await ours.release().catch(() => ours.abandon())
      }
      signal?.throwIfAborted()
      const left = deadline - performance.now()
      if (left <= 0) throw claim.tooLate()
      await rest(Math.min(left, pollMs * (0.75 + Math.random() / 2)), signal)
    }
  } finally {
    if (!claim.isServed) await claim.giveUp(owner)
  }
}

/** One request, from the first time that it is made to its end. */
class Claim {
  isServed = false
  private readonly store: Store
  private readonly options: AcquireOptions & { readonly leaseMs: number }
  private ticket: string | undefined
  private seen: QueuePlace | undefined
  private failure: unknown
  /** The store did not answer: it may have given us a lease all the same. */
  private isDoubtful = false

  constructor(store: Store, options: AcquireOptions & { readonly leaseMs: number }) {
    this.store = store
    this.options = options
  }

  async ask(waits: boolean): Promise<Lease | undefined> {
    try {
      const found = this.isDoubtful ? await this.findOurs() : undefined
      this.isDoubtful = false
      if (found) return found
      const answer = await this.store.leases.acquire(this.request(waits))
      this.failure = undefined
      return this.take(answer)
    } catch (error) {
      const code = error instanceof StoreError ? error.code : undefined
      if (code !== 'unreachable' && code !== 'busy') throw error
      if (code === 'unreachable') this.isDoubtful = true
      this.failure = error
      return undefined
    }
  }

  tooLate(): SeedError {
    const seeds = this.seen?.seeds
    const why = seeds
      ? `${seeds.held} in use, ${seeds.quarantined} in quarantine`
      : 'the store did not answer'
    return new SeedError('timed-out', `no seed was free in time: ${why}`, {
      cause: this.failure,
      ...(seeds && { seeds }),
    })
  }

  /** Nobody has to wait for us any more. What the store has given us without our knowledge is given back. */
  async giveUp(owner: string): Promise<void> {
    try {
      if (this.ticket !== undefined) await this.store.leases.leave({ owner, ticket: this.ticket })
      const found = this.isDoubtful ? await this.findOurs() : undefined
      if (found) await this.store.leases.release(found)
    } catch {
      // Whoever does not ask any more is forgotten, and a lease that nobody renews is quarantined.
    }
  }

  private request(waits: boolean): LeaseRequest {
    const { owner, of, holder, worker, leaseMs } = this.options
    return { owner, of, holder, worker, leaseMs, ...(waits && { queue: this.ticket ?? true }) }
  }

  private take(answer: LeaseAnswer): Lease | undefined {
    if (answer.type === 'leased') return answer.lease
    const { seeds } = answer
    if (answer.type === 'waiting') this.ticket = answer.ticket
    const before = this.seen
    this.seen = { place: answer.type === 'waiting' ? answer.place : 1, seeds }
    if (seeds.free + seeds.held + seeds.quarantined === 0) {
      const what = seeds.dead > 0 ? `all ${seeds.dead} seeds are dead` : 'there is no seed'
      throw new SeedError('none-alive', `${what}; log in again`, { seeds })
    }
    if (JSON.stringify(before) !== JSON.stringify(this.seen) && answer.type === 'waiting')
      this.options.onWaiting?.(this.seen)
    return undefined
  }

  /** What an earlier request of ours has got, whose answer never came. */
  private async findOurs(): Promise<Lease | undefined> {
    const { owner, holder, leaseMs } = this.options
    const leases = await this.store.leases.list({ owner })
    const found = leases.find((lease) => lease.holder === holder)
    return found && this.store.leases.renew(found, { leaseMs })
  }
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal })
  } catch {
    signal?.throwIfAborted()
  }
}
