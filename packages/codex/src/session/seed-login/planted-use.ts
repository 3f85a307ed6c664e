import type { PlantedWatch, SeedLease, Seeds } from '@x/agents/seeds'
import type { Store } from '@x/agents/store'
import { SessionError } from '../../errors.ts'
import { codexSeedManifest } from '../../login/codex-seed-manifest.ts'
import type { LoginPlace, LoginUse, SeedLoginFacts } from '../../login/seed-login.ts'
import { chooseSeed } from './choose-seed.ts'
import { removeCredentials, settingsIn } from './home-login.ts'
import { asLogin } from './login-error.ts'
import { SessionHold } from './session-hold.ts'
import type { SessionLeases, TakenLease } from './session-lease.ts'

/** For a machine that does not answer. */
const LEAVE_MS = 1_000

export interface PlantedUseOptions {
  readonly store: Store
  readonly seeds: Seeds
  readonly leases: SessionLeases
  readonly place: LoginPlace
  readonly facts: SeedLoginFacts
  /** For a seed that somebody else has, in milliseconds. */
  readonly waitMs: number
  /** Called when it is over. */
  readonly onOver: () => void
}

/**
 * A login that lies in the session's home itself.
 *
 * An API key is there, and the store is told who uses it. Anything else is there under a lease, and what Codex makes of it is saved back while we are
 * attached. *kept*: the lease is ours. *left*: it was left to expire, and the seed is in quarantine until somebody takes
 * the session up; or another process of ours keeps it. *lost*: it is somebody else's, and nothing is written any more.
 */
export class PlantedUse implements LoginUse {
  private readonly options: PlantedUseOptions
  private readonly losing = new AbortController()
  private readonly hold: SessionHold
  private current: SeedLoginFacts
  private lease: SeedLease | undefined
  private watch: PlantedWatch | undefined

  constructor(options: PlantedUseOptions) {
    const { store, place, facts } = options
    const { owner, seedId } = facts
    this.options = options
    this.current = facts
    this.hold = new SessionHold({ store, owner, seedId, place })
  }

  get facts(): SeedLoginFacts {
    return this.current
  }

  get signal(): AbortSignal {
    return this.losing.signal
  }

  async prepare(): Promise<void> {
    const { seeds } = this.options
    const { owner, seedId } = this.current
    await asLogin(async () => {
      await chooseSeed(seeds, owner, { seedId }, 'planted')
      // A rotation that nobody has saved lies there: it is the login as it is now.
      const { current } = this
      const left = this.watch ? undefined : await this.keepLeft()
      // One that the record does not name may have been left on another machine of this name.
      if (this.watch) await this.saveNow(left && left.before !== current.fence ? current : undefined)
      await this.plant()
    })
  }

  async takeUp(): Promise<boolean> {
    if (this.watch) return true
    if (this.current.fence === undefined) {
      // Not to be seen is no reason not to go on.
      await this.hold.keep().catch(() => undefined)
      return true
    }
    return asLogin(async () => (await this.keepLeft()) !== undefined)
  }

  onChanged(): void {
    // Codex itself changes it.
  }

  /** Nobody but us and the session has the login, whoever is linked to it. */
  pause(): void {
    // What rotates meanwhile is saved when the machine is there again.
  }

  async end(): Promise<void> {
    const { place, onOver } = this.options
    onOver()
    await asLogin(async () => {
      const isShared = this.current.fence === undefined
      if (!isShared && !this.watch) await this.keepLeft()
      const { watch } = this
      this.forget()
      const ending = await watch?.close()
      if (ending?.type === 'kept')
        throw new SessionError('login', `the login was not saved: ${ending.reason}`, {
          cause: ending.cause,
          remedy:
            'Take the session up again when that is right, and close it. Its login stays with it until then.',
        })
      this.hold.leave()
      await removeCredentials(place)
      // What can't be said ends by itself; what lies on a machine does not.
      if (isShared) await this.hold.end().catch(() => undefined)
    })
  }

  async leave(): Promise<void> {
    const { watch, lease } = this
    this.options.onOver()
    this.hold.leave()
    this.forget()
    await watch?.save()
    lease?.abandon()
    await watch?.close({ timeoutMs: LEAVE_MS })
  }

  /** Keeps a login that is in the home already. */
  async keep(lease: SeedLease): Promise<void> {
    const { seeds, place } = this.options
    this.lease = lease
    this.current = { ...this.current, fence: lease.fence }
    this.watch = await seeds.watch({ host: place.host, home: place.paths.home, lease })
    const lost = (): void => void this.onLost(lease)
    lease.signal.addEventListener('abort', lost, { once: true })
    if (lease.signal.aborted) lost()
  }

  /** Shows that the session uses a login that needs no lease. @throws StoreError */
  keepShared(): Promise<void> {
    return this.hold.keep()
  }

  /** Takes over what the session had under lease when it was left. `undefined` when it is not its any more. */
  private async keepLeft(): Promise<TakenLease | undefined> {
    const { leases, place } = this.options
    const left = await leases.takeOver(place, this.current.seedId)
    if (left) await this.keep(left.lease)
    return left
  }

  /** @param foreign what the record says, when it does not name the lease */
  private async saveNow(foreign: SeedLoginFacts | undefined): Promise<void> {
    const outcome = await this.watch?.save()
    if (outcome?.type === 'no-login' && foreign) throw await this.refuseLeft(foreign, outcome.error)
    if (outcome?.type === 'worker-failed' || outcome?.type === 'store-failed') {
      const { error: cause } = outcome
      throw new SessionError('login', 'the login that lies with the session could not be saved', {
        cause,
        remedy: 'Try again in a moment.',
      })
    }
  }

  /**
   * What was planted under this lease is not here, where another machine of that name may have been: there its token
   * may have been spent.
   */
  private async refuseLeft(before: SeedLoginFacts, cause: unknown): Promise<SessionError> {
    const { lease, watch } = this
    this.forget()
    this.current = before
    lease?.abandon()
    await watch?.close({ timeoutMs: 0 })
    return new SessionError(
      'login',
      'the login was left on a machine of this name, where it is not any more',
      {
        cause,
        remedy: 'Restore the session with `isWorkerLost` when that machine is gone for good.',
      },
    )
  }

  private async plant(): Promise<void> {
    const { seeds, leases, place, waitMs } = this.options
    const { owner, seedId } = this.current
    const files = await seeds.read({ owner, seedId })
    const isShareable = codexSeedManifest.isShareable?.(files) === true
    if (!this.lease && isShareable) {
      this.current = { ...this.current, fence: undefined }
      await this.hold.keep()
    } else if (!this.lease) await this.keep(await leases.acquire(place, { seedId }, waitMs))
    const { lease } = this
    await seeds.plant({ host: place.host, home: place.paths.home, seed: lease ?? { owner, seedId } })
    this.current = { ...this.current, settings: settingsIn(files) }
  }

  /** The lease is another one's: of a process that has taken up this very session, or of a stranger. */
  private async onLost(lease: SeedLease): Promise<void> {
    if (this.lease !== lease) return
    const { leases, place } = this.options
    const { watch } = this
    this.forget()
    await watch?.close()
    // What can't be asked counts as lost: it is on the safe side.
    const ours = await leases.find(place, this.current.seedId).catch(() => undefined)
    if (ours) return
    this.losing.abort(
      new SessionError('login', 'the login of the session is not its any more', {
        cause: lease.signal.reason,
        remedy: 'Take the session up again: it begins with the login as it is then.',
      }),
    )
  }

  private forget(): void {
    this.lease = undefined
    this.watch = undefined
  }
}
