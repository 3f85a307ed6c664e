import type { SeedSummary } from '@x/agents/seeds'
import { type CodexVersion, startLogin, type StartLoginOptions } from '@x/codex'
import type { Host } from '@x/host'
import {
  LoginRefusedError,
  type ListedLogin,
  type ListedSeed,
  type LoginRequest,
  type SeedDirectory,
} from '@x/runner'
import { KeptLogin } from './kept-login.ts'
import { listedSeed, type TitleOf } from './listed-seed.ts'
import { type Logins, OWNER } from './open-logins.ts'

/** How often to look for what others have done to the store while somebody watches, in milliseconds. */
const LOOK_MS = 5_000
/** Each has a Codex of its own. */
const MAX_LOGINS = 4

export interface KeptSeedsOptions {
  readonly logins: Logins
  /** Where Codex runs while somebody logs in. */
  readonly host: Host
  readonly stateDir: string
  readonly cacheDir: string | undefined
  readonly version: CodexVersion | undefined
  /** Where people log in. @default Codex's own */
  readonly issuer?: string | undefined
  readonly titleOf: TitleOf
  /** Gets what goes wrong with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

/** The stored logins of this page, and those who are logging in. Whoever makes it opens and closes it. */
export class KeptSeeds implements SeedDirectory {
  private readonly options: KeptSeedsOptions
  private readonly listeners = new Set<() => void>()
  private readonly attempts = new Map<string, KeptLogin>()
  private readonly heard: readonly Disposable[]
  private seeds: readonly SeedSummary[] = []
  private looking: Promise<void> | undefined
  /** Something has changed since the look that runs began. */
  private isStale = false
  private isClosed = false
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(options: KeptSeedsOptions) {
    this.options = options
    const { broker } = options.logins
    const names = ['login-refreshed', 'login-dead', 'login-unknown', 'refresh-failed'] as const
    this.heard = names.map((name) => broker.on(name, () => this.notice()))
  }

  /** Reads the store once. @throws StoreError */
  async open(): Promise<void> {
    this.seeds = await this.options.logins.seeds.list({ owner: OWNER })
    this.timer = setInterval(() => {
      if (this.listeners.size > 0) this.notice()
    }, LOOK_MS).unref()
  }

  /** Cancels who is logging in. */
  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.timer)
    for (const one of this.heard) one[Symbol.dispose]()
    await Promise.all([...this.attempts.values()].map((login) => login.end()))
    await this.looking?.catch(() => undefined)
  }

  list(): readonly ListedSeed[] {
    return this.seeds.map((seed) => listedSeed(seed, this.options.titleOf))
  }

  logins(): readonly ListedLogin[] {
    return [...this.attempts.values()].map((login) => login.listed)
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  /** Something may have changed: looks, and tells. */
  notice(): void {
    if (!this.isClosed) this.look().catch(this.options.onError)
  }

  async rename(id: string, name: string): Promise<void> {
    await this.options.logins.seeds.rename(keyOf(id), name)
    await this.look()
  }

  async verify(id: string, options: { readonly signal: AbortSignal }) {
    const verdict = await this.options.logins.seeds.verify(keyOf(id), options)
    await this.look()
    return verdict
  }

  async delete(id: string): Promise<void> {
    // Whoever refuses names who uses it now.
    await this.options.logins.seeds.delete(keyOf(id)).finally(() => this.look())
  }

  export(id: string, options: { readonly passphrase: string }): Promise<Uint8Array> {
    return this.options.logins.seeds.export(keyOf(id), options)
  }

  async import(
    sealed: Uint8Array,
    options: { readonly passphrase: string; readonly name?: string },
  ): Promise<ListedSeed> {
    const seed = await this.options.logins.seeds.import(sealed, { ...options, owner: OWNER })
    await this.look()
    return listedSeed(seed, this.options.titleOf)
  }

  async logIn(request: LoginRequest): Promise<ListedLogin> {
    for (const [id, login] of this.attempts) if (login.isOver) this.attempts.delete(id)
    if (this.attempts.size >= MAX_LOGINS)
      throw new LoginRefusedError(`${MAX_LOGINS} people are logging in already.`, {
        remedy: 'Finish or cancel one of those, then try again.',
      })
    if (request.seedId !== undefined) await this.options.logins.seeds.get(keyOf(request.seedId))
    const login = new KeptLogin({
      request,
      start: (how) => startLogin({ ...this.startOptions(request), ...how }),
      changed: () => this.notice(),
    })
    this.attempts.set(login.listed.id, login)
    this.tell()
    return login.listed
  }

  async endLogin(id: string): Promise<boolean> {
    const login = this.attempts.get(id)
    if (!login) return false
    this.attempts.delete(id)
    this.tell()
    await login.end()
    return true
  }

  private startOptions(request: LoginRequest): StartLoginOptions {
    const { logins, host, stateDir, cacheDir, version, issuer } = this.options
    const { name, seedId } = request
    return {
      host,
      stateDir,
      seeds: logins.seeds,
      owner: OWNER,
      method: request.method === 'api-key' ? { type: 'api-key', key: request.key } : { type: 'device-code' },
      ...(name !== undefined && { name }),
      ...(seedId !== undefined && { seedId }),
      ...(cacheDir !== undefined && { cacheDir }),
      ...(version && { version }),
      ...(issuer !== undefined && { issuer }),
    }
  }

  /** Of looks that are asked for while one runs, one more follows. */
  private look(): Promise<void> {
    this.isStale = true
    this.looking ??= this.lookUntilFresh().finally(() => (this.looking = undefined))
    return this.looking
  }

  private async lookUntilFresh(): Promise<void> {
    while (this.isStale) {
      this.isStale = false
      this.seeds = await this.options.logins.seeds.list({ owner: OWNER })
      this.tell()
    }
  }

  private tell(): void {
    for (const listener of this.listeners) {
      try {
        listener()
      } catch (error) {
        this.options.onError(error)
      }
    }
  }
}

function keyOf(seedId: string): { readonly owner: string; readonly seedId: string } {
  return { owner: OWNER, seedId }
}
