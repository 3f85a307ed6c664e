import type { Broker } from '@x/agents/broker'
import { SeedError, type SeedQuota, type SeedSummary, type Seeds } from '@x/agents/seeds'
import type { Store } from '@x/agents/store'
import { ConfigError } from '../errors.ts'
import { BrokeredUse } from '../session/seed-login/brokered-use.ts'
import { findCaptured } from '../session/seed-login/find-captured.ts'
import { chooseSeed } from '../session/seed-login/choose-seed.ts'
import { asLogin } from '../session/seed-login/login-error.ts'
import { PlantedUse } from '../session/seed-login/planted-use.ts'
import { QuotaNotes } from '../session/seed-login/quota-notes.ts'
import { SessionLeases } from '../session/seed-login/session-lease.ts'
import { assertAddress } from './login.ts'
import type {
  CodexLogins,
  GiveUpOptions,
  LoginPlace,
  LoginUse,
  SeedLogin,
  SeedLoginFacts,
  SeedLoginOptions,
  SeedWish,
} from './seed-login.ts'

export interface CodexLoginsOptions {
  /** Stays the caller's, as do seeds and broker: closed after these logins. */
  readonly store: Store
  /** Of that store. */
  readonly seeds: Seeds
  /** Of that store, with a provider for `codex`. */
  readonly broker: Broker
  /** Whose logins these are. */
  readonly owner: string
  /** How long a planted login stays a session's when nobody renews its lease, in milliseconds. @default 60_000 */
  readonly leaseMs?: number
}

/** Gives sessions the stored logins of an owner. The caller closes it, after the sessions. */
export function openCodexLogins(options: CodexLoginsOptions): Promise<CodexLogins> {
  return Promise.resolve(new StoredLogins(options))
}

class StoredLogins implements CodexLogins {
  readonly owner: string
  private readonly options: CodexLoginsOptions
  private readonly leases: SessionLeases
  private readonly uses = new Set<LoginUse>()
  private readonly notes = new Map<string, QuotaNotes>()
  private closing: Promise<void> | undefined

  constructor(options: CodexLoginsOptions) {
    const { store, seeds, owner, leaseMs = 60_000 } = options
    this.options = options
    this.owner = owner
    this.leases = new SessionLeases({ store, seeds, owner, leaseMs })
  }

  use(wish: SeedWish, options: SeedLoginOptions = {}): SeedLogin {
    const { modelBaseUrl, waitMs = 0 } = options
    if (modelBaseUrl !== undefined) assertAddress('login.modelBaseUrl', modelBaseUrl)
    if (!(waitMs >= 0)) throw new ConfigError('login.waitMs', '0 or more', String(waitMs))
    return { logins: this, begin: (place) => asLogin(() => this.begin(wish, options, place)) }
  }

  resume(facts: SeedLoginFacts, place: LoginPlace): LoginUse {
    if (facts.owner !== this.owner)
      throw new ConfigError(
        'logins',
        `those of ${facts.owner}, whose session it is`,
        `those of ${this.owner}`,
      )
    return this.useOf(facts, place, 0)
  }

  async capture(
    place: LoginPlace,
  ): Promise<{ readonly seed: SeedSummary; readonly use: LoginUse } | undefined> {
    return asLogin(async () => {
      const { owner } = this
      const { seeds } = this.options
      const captured = await this.captured(place)
      if (!captured) return undefined
      const { seedId } = captured
      const facts: SeedLoginFacts = { kind: 'seed', mode: 'planted', owner, seedId }
      const use = this.planted(facts, place, 0)
      // That it is not to be seen is no reason not to go on.
      if (captured.account?.method === 'api-key') await use.keepShared().catch(() => undefined)
      else {
        const left = await this.leases.takeOver(place, seedId)
        await use.keep(left?.lease ?? (await this.leases.acquire(place, { seedId }, 0)))
      }
      const name = captured.account?.email ?? captured.account?.name
      const seed = name === undefined ? seeds.get(captured) : seeds.rename(captured, name)
      return { seed: await seed.catch(() => captured), use }
    })
  }

  noteQuotas(seedId: string, quotas: readonly SeedQuota[]): void {
    if (this.closing) return
    const notes = this.notes.get(seedId) ?? new QuotaNotes(this.options.seeds, { owner: this.owner, seedId })
    this.notes.set(seedId, notes)
    notes.hear(quotas)
  }

  giveUp(taskId: string, options?: GiveUpOptions): Promise<void> {
    return this.leases.giveUp(taskId, options)
  }

  close(): Promise<void> {
    for (const notes of this.notes.values()) notes.end()
    this.closing ??= Promise.allSettled([...this.uses].map((use) => use.leave())).then(() => undefined)
    return this.closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The seed of what lies in a session, which a try that did not come to its end may have made already. */
  private async captured(place: LoginPlace): Promise<SeedSummary | undefined> {
    const { owner } = this
    const { seeds } = this.options
    const { host, paths, taskId } = place
    const made = await findCaptured(seeds, owner, place)
    if (made) return made
    const home = { host, home: paths.home, owner, agent: 'codex' }
    return seeds.capture({ ...home, name: taskId }).catch((error: unknown) => {
      if (error instanceof SeedError && error.code === 'not-logged-in') return undefined
      throw error
    })
  }

  private async begin(wish: SeedWish, options: SeedLoginOptions, place: LoginPlace): Promise<LoginUse> {
    await this.endLeft(place)
    const { modelBaseUrl, waitMs = 0 } = options
    const { seed, mode, fence } = await this.choose(wish, options, place)
    const { owner, seedId } = seed
    const facts: SeedLoginFacts = {
      kind: 'seed',
      mode,
      owner,
      seedId,
      ...(fence !== undefined && { fence }),
      ...(modelBaseUrl !== undefined && { modelBaseUrl }),
    }
    const use = this.useOf(facts, place, waitMs)
    try {
      await use.prepare()
      return use
    } catch (error) {
      await use.end().catch(() => undefined)
      throw error
    }
  }

  /** One of a pool that was asked for as planted comes in turn, and may be waited for. */
  private async choose(
    wish: SeedWish,
    { mode, waitMs = 0 }: SeedLoginOptions,
    place: LoginPlace,
  ): Promise<Awaited<ReturnType<typeof chooseSeed>> & { readonly fence?: number }> {
    const { seeds } = this.options
    if (mode !== 'planted' || 'seedId' in wish) return chooseSeed(seeds, this.owner, wish, mode)
    const lease = await this.leases.acquire(place, wish, waitMs)
    lease.abandon()
    return { seed: await seeds.get(lease), mode, fence: lease.fence }
  }

  /** A task that was never begun may have been leased a login, before whoever began it died. */
  private async endLeft(place: LoginPlace): Promise<void> {
    const { lease: left } = (await this.leases.takeOver(place)) ?? {}
    if (!left) return
    const { owner, seedId, fence } = left
    const use = this.planted({ kind: 'seed', mode: 'planted', owner, seedId, fence }, place, 0)
    await use.keep(left)
    await use.end()
  }

  private useOf(facts: SeedLoginFacts, place: LoginPlace, waitMs: number): LoginUse {
    if (facts.mode === 'planted') return this.planted(facts, place, waitMs)
    const { broker, seeds } = this.options
    return this.known((onOver) => new BrokeredUse({ broker, seeds, place, facts, onOver }))
  }

  private planted(facts: SeedLoginFacts, place: LoginPlace, waitMs: number): PlantedUse {
    const { store, seeds } = this.options
    const { leases } = this
    return this.known((onOver) => new PlantedUse({ store, seeds, leases, place, facts, waitMs, onOver }))
  }

  private known<T extends LoginUse>(make: (onOver: () => void) => T): T {
    if (this.closing) throw new ConfigError('logins', 'open', 'closed ones')
    const use: T = make(() => this.uses.delete(use))
    this.uses.add(use)
    return use
  }
}
