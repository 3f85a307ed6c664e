import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import type { SeedLease, Seeds } from '@x/agents/seeds'
import { StoreError, type Lease, type Store } from '@x/agents/store'
import type { GiveUpOptions, LoginPlace } from '../../login/seed-login.ts'
import { AUTH } from './home-login.ts'

/** Two who take over the same lease at once: one of them looks again. */
const TRIES = 5
/** Where a lease is that was given up: the name of no machine. */
const NOWHERE = '(given up)'

export interface SessionLeasesOptions {
  readonly store: Store
  readonly seeds: Seeds
  readonly owner: string
  /** Without renewal, in milliseconds. */
  readonly leaseMs: number
}

/** A lease that a session had, and that is ours now. */
export interface TakenLease {
  readonly lease: SeedLease
  /** The number that it had before. */
  readonly before: number
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
  async takeOver(place: LoginPlace, seedId?: string): Promise<TakenLease | undefined> {
    const { seeds, leaseMs } = this.options
    for (let n = 1; ; n += 1) {
      const found = await this.find(place, seedId)
      if (!found) return undefined
      try {
        const claim = { holder: this.holderFor(place), worker: this.workerOf(place), leaseMs, revoke: true }
        return { lease: await seeds.takeOver(found, claim), before: found.fence }
      } catch (error) {
        const isRaced = error instanceof StoreError && error.code === 'lease-lost'
        if (!isRaced || n === TRIES) throw error
      }
    }
  }

  /**
   * Frees what a session had on any machine, without a look: they are gone. What lies `here` stays.
   * @throws StoreError `lease-lost` when the task is somebody else's
   */
  async giveUp(taskId: string, { here, fence }: GiveUpOptions = {}): Promise<void> {
    const { store, owner, seeds, leaseMs } = this.options
    const leases = await store.leases.list({ owner })
    // In this order: what a successor has leased since is not on the list, or has another number by then.
    if (fence !== undefined) await this.assertTask(taskId, fence)
    for (const lease of leases.filter(({ holder }) => holder.startsWith(prefixOf(taskId)))) {
      if (here && (await this.isHere(lease, here))) continue
      const claim = { holder: `${prefixOf(taskId)}gone`, worker: NOWHERE, leaseMs, revoke: true }
      const taken = await seeds.takeOver(lease, claim).catch((error: unknown) => {
        if (error instanceof StoreError && error.code === 'lease-lost') return undefined
        throw error
      })
      await taken?.release().catch((error: unknown) => {
        // Nobody is there to go on with it.
        taken.abandon()
        throw error
      })
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

  private async assertTask(taskId: string, fence: number): Promise<void> {
    const { store, owner } = this.options
    const task = await store.tasks.get({ owner, taskId })
    if (task.fence !== fence)
      throw new StoreError('lease-lost', `the task ${taskId} is somebody else's by now`)
  }

  /** A machine may have the name of the one that was lost: then nothing of the login lies here. */
  private async isHere(
    lease: Lease,
    { fence, ...place }: NonNullable<GiveUpOptions['here']>,
  ): Promise<boolean> {
    if (lease.worker !== this.workerOf(place)) return false
    if (lease.fence === fence) return true
    return (await place.host.files.stat(path.posix.join(place.paths.home, AUTH))) !== undefined
  }
}

function prefixOf(taskId: string): string {
  return `${taskId}/`
}
