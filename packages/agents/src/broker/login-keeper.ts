import { setTimeout as delay } from 'node:timers/promises'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { BrokerContext } from './broker-context.ts'
import { BrokerError, type BrokerErrorCode } from './broker-error.ts'
import { loadLogin } from './load-login.ts'
import { refreshLogin } from './refresh-login.ts'
import type { AccessTokens } from './token-provider.ts'

/** How often the store is asked how far somebody else has come. */
const POLL_MS = 50
const MAX_POLL_MS = 500
/** Logins whose access tokens are kept in memory; their refresh tokens are not. */
const MAX_KEPT = 1_000

/** The access tokens of one revision of a login. */
export interface CurrentTokens extends AccessTokens {
  readonly seed: SeedRecord
}

export interface TokenWish {
  /** The revision that the asker has, and comes back with because it was refused: it wants another one. */
  readonly has?: number | undefined
  /** Refreshes even what looks good. @default false */
  readonly force?: boolean
}

const CODES: Readonly<Record<'unknown' | 'dead' | 'leased', BrokerErrorCode>> = {
  unknown: 'login-unknown',
  dead: 'login-dead',
  leased: 'login-leased',
}

/** The access tokens of all logins, fresh when they are asked for. In this process, one refresh of a login at a time. */
export class LoginKeeper {
  private readonly context: BrokerContext
  private readonly kept = new Map<string, { readonly revision: number; readonly tokens: AccessTokens }>()
  private readonly running = new Map<string, Promise<void>>()

  constructor(context: BrokerContext) {
    this.context = context
  }

  /** Resolves when no refresh runs here any more. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running.values())
  }

  /**
   * Tokens that are good for at least the margin, refreshed when they are not.
   * @throws BrokerError @throws StoreError
   */
  async tokens(key: SeedKey, wish: TokenWish = {}): Promise<CurrentTokens> {
    const current = await this.current(key)
    if (!this.isWanted(current, wish)) return current
    try {
      await this.renew(key, current.seed.revision)
    } catch (error) {
      // What is about to expire will do until the next try, unless it is known to be refused.
      if (wish.force !== true && wish.has !== current.seed.revision && !this.isExpired(current))
        return current
      throw error
    }
    return this.current(key)
  }

  /** As they lie in the store now. @throws BrokerError @throws StoreError */
  async current(key: SeedKey): Promise<CurrentTokens> {
    const seed = await this.context.store.seeds.get(key)
    if (seed.deletedAt !== undefined)
      throw new BrokerError('login-dead', `seed ${seed.seedId} was deleted`, { refresh: seed.refresh })
    const kept = this.kept.get(seed.seedId)
    if (kept?.revision === seed.revision) return { ...kept.tokens, seed }
    const login = await loadLogin(this.context, key)
    const { accessToken, idToken, expiresAt } = login
    const tokens: AccessTokens = {
      accessToken,
      ...(idToken !== undefined && { idToken }),
      ...(expiresAt !== undefined && { expiresAt }),
    }
    if (this.kept.size >= MAX_KEPT) this.kept.clear()
    this.kept.set(seed.seedId, { revision: login.seed.revision, tokens })
    return { ...tokens, seed: login.seed }
  }

  private isWanted({ seed, expiresAt }: CurrentTokens, { has, force = false }: TokenWish): boolean {
    const { now, marginMs, freshMs } = this.context
    if (force) return true
    if (expiresAt !== undefined && expiresAt - now() <= marginMs) return true
    return has === seed.revision && now() - seed.savedAt > freshMs
  }

  private isExpired({ expiresAt }: AccessTokens): boolean {
    return expiresAt !== undefined && expiresAt <= this.context.now()
  }

  /**
   * Waits for a refresh of that revision, whoever does it. When the waiting ends first, the refresh goes on.
   * @throws BrokerError @throws StoreError
   */
  private async renew(key: SeedKey, revision: number): Promise<void> {
    const running = this.running.get(key.seedId) ?? this.start(key, revision)
    const stop = new AbortController()
    const late = delay(this.context.waitMs, 'late' as const, { signal: stop.signal }).catch(
      () => 'over' as const,
    )
    try {
      if ((await Promise.race([running, late])) === 'late')
        throw new BrokerError('unavailable', `seed ${key.seedId} is still being refreshed`)
    } finally {
      stop.abort()
    }
  }

  private start(key: SeedKey, revision: number): Promise<void> {
    const running = this.attempt(key, revision).finally(() => this.running.delete(key.seedId))
    running.catch(() => undefined) // those who wait hear of it
    this.running.set(key.seedId, running)
    return running
  }

  private async attempt({ owner, seedId }: SeedKey, revision: number): Promise<void> {
    const { waitMs, signal } = this.context
    const deadline = performance.now() + waitMs
    for (let pause = POLL_MS; ; pause = Math.min(MAX_POLL_MS, pause * 1.5)) {
      if (signal.aborted) throw new BrokerError('closed', 'the broker was closed')
      const attempt = await refreshLogin(this.context, { owner, seedId, revision })
      switch (attempt.type) {
        case 'moved':
          return
        case 'settled':
          return this.assertMoved({ owner, seedId }, revision)
        case 'unavailable': {
          const { why, refresh } = attempt
          if (why === 'too-soon') throw tryLater(seedId, refresh.reason)
          throw new BrokerError(CODES[why], `seed ${seedId}: ${refresh.reason ?? why}`, { refresh })
        }
        case 'busy':
          if (performance.now() > deadline) throw tryLater(seedId, 'somebody else refreshes it')
          await delay(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
      }
    }
  }

  private async assertMoved(key: SeedKey, revision: number): Promise<void> {
    const { seedId, revision: now, refresh } = await this.context.store.seeds.get(key)
    if (now !== revision) return
    const { state, reason = 'nothing was said' } = refresh
    if (state === 'dead' || state === 'unknown')
      throw new BrokerError(CODES[state], `seed ${seedId}: ${reason}`, { refresh })
    throw tryLater(seedId, reason)
  }
}

function tryLater(seedId: string, reason = 'nothing was said'): BrokerError {
  return new BrokerError('unavailable', `seed ${seedId} can't be refreshed now: ${reason}`)
}
