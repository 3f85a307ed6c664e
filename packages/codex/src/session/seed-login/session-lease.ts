import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { SeedLease, Seeds } from '@x/agents/seeds'
import { StoreError, type Lease, type Store } from '@x/agents/store'
import type { LoginPlace } from '../../login/seed-login.ts'

/** Two who take over the same lease at once: one of them looks again. */
const TRIES = 5

export interface SessionLeasesOptions {
  readonly store: Store
  readonly seeds: Seeds
  readonly owner: string
  /** Without renewal, in milliseconds. */
  readonly leaseMs: number
}

/**
 * The leases of a session's login. They are the session's, not a process's: whoever is at the machine where it lies, and
 * has its record, may take its lease over.
 */
export class SessionLeases {
  private readonly options: SessionLeasesOptions

  constructor(options: SessionLeasesOptions) {
    this.options = options
  }

  /** A name for one claim of a session. */
  holderFor({ taskId }: LoginPlace): string {
    return `${prefixOf(taskId)}${randomBytes(4).toString('hex')}`
  }

  /** The machine, as a person knows it. */
  workerOf({ host }: LoginPlace): string {
    return (host.name === 'local' ? hostname() : host.name).slice(0, 200)
  }

  /** What the store has of a session on this machine, held or quarantined. */
  async find(place: LoginPlace, seedId?: string): Promise<Lease | undefined> {
    const leases = await this.options.store.leases.list({ owner: this.options.owner })
    return leases.find(
      (lease) =>
        lease.holder.startsWith(prefixOf(place.taskId)) &&
        lease.worker === this.workerOf(place) &&
        (seedId === undefined || lease.seedId === seedId),
    )
  }

  /** Makes the lease of a session ours, whoever of us had it before; `undefined` when it has none. */
  async takeOver(place: LoginPlace, seedId?: string): Promise<SeedLease | undefined> {
    const { seeds, leaseMs } = this.options
    for (let n = 1; ; n += 1) {
      const found = await this.find(place, seedId)
      if (!found) return undefined
      try {
        const claim = { holder: this.holderFor(place), worker: this.workerOf(place), leaseMs, revoke: true }
        return await seeds.takeOver(found, claim)
      } catch (error) {
        const isRaced = error instanceof StoreError && error.code === 'lease-lost'
        if (!isRaced || n === TRIES) throw error
      }
    }
  }

  /** Frees what a session had on any machine, without a look: they are gone. */
  async giveUp(taskId: string): Promise<void> {
    const { store, owner, seeds, leaseMs } = this.options
    const leases = await store.leases.list({ owner })
    for (const lease of leases.filter(({ holder }) => holder.startsWith(prefixOf(taskId)))) {
      const claim = { holder: `${prefixOf(taskId)}gone`, worker: lease.worker, leaseMs, revoke: true }
      await (await seeds.takeOver(lease, claim)).release()
    }
  }

  /** @throws SeedError `timed-out`, `none-alive` */
  acquire(
    place: LoginPlace,
    of: { readonly seedId: string } | { readonly pool: string },
    waitMs: number,
  ): Promise<SeedLease> {
    const { seeds, owner, leaseMs } = this.options
    return seeds.acquire({
      owner,
      of,
      holder: this.holderFor(place),
      worker: this.workerOf(place),
      leaseMs,
      timeoutMs: waitMs,
    })
  }
}

function prefixOf(taskId: string): string {
  return `${taskId}/`
}
