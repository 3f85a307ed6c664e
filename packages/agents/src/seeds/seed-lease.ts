import type { Lease } from '../store/lease.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { LeaseLostError } from './seed-error.ts'

/** After a renewal that failed for a reason that may pass, in milliseconds. */
const RETRY_MS = 500

/**
 * - `held`: renewed in time.
 * - `overdue`: by our own clock it may have expired, since the store did not answer. The seed is handed to nobody, but
 *   somebody may look at the worker and take it over: nothing is written before a renewal succeeds.
 * - `lost`: somebody has taken it over. Nothing may be written any more; `signal` has aborted.
 * - `released`: given back.
 */
export type SeedLeaseState = 'held' | 'overdue' | 'lost' | 'released'

export interface SeedLeaseOptions {
  /** How long it stays ours without renewal, in milliseconds. */
  readonly leaseMs: number
  /** How often it is renewed, in milliseconds. @default a quarter of `leaseMs` */
  readonly renewMs?: number
}

/**
 * A claim on a seed that renews itself until it is released or lost. Whoever has it releases it; a process that dies
 * leaves it to expire, and the seed in quarantine.
 */
export class SeedLease implements AsyncDisposable {
  readonly owner: string
  readonly seedId: string
  readonly fence: number
  readonly holder: string
  readonly worker: string
  /** By the store's clock, in milliseconds. */
  readonly since: number
  private readonly store: Store
  private readonly leaseMs: number
  private readonly renewMs: number
  private readonly losing = new AbortController()
  private validUntil: number
  private renewing: Promise<void> | undefined
  private released: Promise<boolean> | undefined
  /** The store may have done it, and nobody was told. */
  private mayBeReleased = false
  private timer: NodeJS.Timeout | undefined

  /** @param claimedAt when it was asked for, by `performance.now()`: before that moment it can't have begun */
  constructor(
    store: Store,
    lease: Lease,
    claimedAt: number,
    { leaseMs, renewMs = leaseMs / 4 }: SeedLeaseOptions,
  ) {
    this.store = store
    this.owner = lease.owner
    this.seedId = lease.seedId
    this.fence = lease.fence
    this.holder = lease.holder
    this.worker = lease.worker
    this.since = lease.since
    this.leaseMs = leaseMs
    this.renewMs = renewMs
    this.validUntil = claimedAt + leaseMs
    this.schedule(claimedAt + renewMs - performance.now())
  }

  /** Aborts with a `LeaseLostError` when somebody else has it; not when it is released. */
  get signal(): AbortSignal {
    return this.losing.signal
  }

  get state(): SeedLeaseState {
    if (this.losing.signal.aborted) return 'lost'
    if (this.released) return 'released'
    return performance.now() < this.validUntil ? 'held' : 'overdue'
  }

  /**
   * Renews it now. Before every write of a holder, and all that it needs: a renewal that succeeds makes an overdue lease
   * a held one.
   * @throws LeaseLostError when it is not ours any more; StoreError when the store can't say
   */
  async renew(): Promise<void> {
    this.assertOurs()
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = undefined))
    await this.renewing
  }

  /**
   * Gives it back; nothing is written afterwards. Idempotent.
   * @returns false when it was lost before
   * @throws StoreError when the store can't say; then it may be tried again, or left to expire
   */
  release(): Promise<boolean> {
    if (this.losing.signal.aborted) return Promise.resolve(false)
    this.released ??= this.releaseOnce()
    return this.released
  }

  /** Stops renewing and leaves it to expire: the seed is handed to nobody before somebody has looked at the worker. */
  abandon(): void {
    clearTimeout(this.timer)
    this.released ??= Promise.resolve(false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  private async releaseOnce(): Promise<boolean> {
    clearTimeout(this.timer)
    try {
      const isReleased = await this.store.leases.release(this)
      return isReleased || this.mayBeReleased
    } catch (error) {
      this.released = undefined
      this.mayBeReleased = true
      this.schedule(RETRY_MS)
      throw error
    }
  }

  private async renewOnce(): Promise<void> {
    const asked = performance.now()
    const { mayBeReleased } = this
    try {
      await this.store.leases.renew(this, { leaseMs: this.leaseMs })
      // What is renewed was not given back before.
      if (mayBeReleased) this.mayBeReleased = false
      this.validUntil = Math.max(this.validUntil, asked + this.leaseMs)
    } catch (error) {
      const code = error instanceof StoreError ? error.code : undefined
      if (code === 'lease-lost' || code === 'not-found') throw this.lose(error)
      throw error
    }
  }

  private lose(cause: unknown): LeaseLostError {
    clearTimeout(this.timer)
    const error = new LeaseLostError(this.seedId, this.holder, { cause })
    if (this.mayBeReleased) this.released ??= Promise.resolve(true)
    // After our own release nobody has lost anything.
    if (!this.released) this.losing.abort(error)
    return error
  }

  private assertOurs(): void {
    this.losing.signal.throwIfAborted()
    if (this.released) throw new LeaseLostError(this.seedId, this.holder)
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.tick(), Math.max(0, ms)).unref()
  }

  private async tick(): Promise<void> {
    try {
      await this.renew()
      if (!this.released) this.schedule(this.renewMs)
    } catch (error) {
      const isOver =
        error instanceof LeaseLostError || (error instanceof StoreError && error.code === 'closed')
      if (!isOver && !this.released) this.schedule(Math.min(RETRY_MS, this.renewMs))
    }
  }
}
