import type { SeedSummary } from '@x/agents/seeds'
import type { AppServerClient } from '@x/codex-appserver'
import { ConfigError } from '../errors.ts'
import { quotasAfter } from '../login/read-account.ts'
import type { CodexLogins, LoginPlace, LoginUse } from '../login/seed-login.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What a session knows of stored logins. */
export interface LoginOptions {
  /**
   * The stored logins of whose session it is: needed to take up a session that uses one. With it, a login that somebody
   * types into an `'in-terminal'` session becomes a seed. The caller closes it, after the session.
   */
  readonly logins?: CodexLogins
  /** Told when what somebody has typed became a seed. What it throws is lost. */
  readonly onLogin?: (seed: SeedSummary) => void
}

export interface SessionLoginOptions extends LoginOptions {
  readonly place: LoginPlace
  readonly record: RecordKeeper
  /** Begun, and prepared or taken up. */
  readonly use: LoginUse | undefined
  /** The login is not the session's any more. */
  readonly onLost: (error: unknown) => void
}

/**
 * The stored login of a running session, if it has one: from its start, or since somebody has typed one. Without one
 * all of this does nothing.
 */
export class SessionLogin {
  private readonly options: SessionLoginOptions
  private use: LoginUse | undefined
  private capturing: Promise<void> | undefined
  private client: AppServerClient | undefined
  private isStale = false
  private isOver = false

  constructor(options: SessionLoginOptions) {
    this.options = options
    if (options.use) this.follow(options.use)
  }

  /** Hears of a login that is typed, on this connection, and says on it what Codex has to know. */
  listen(client: AppServerClient): void {
    this.client = client
    void this.reload()
    client.onNotification('account/rateLimits/updated', ({ rateLimits }) => {
      const { use } = this
      const { logins } = this.options
      if (use && !this.isOver) logins?.noteQuotas(use.facts.seedId, quotasAfter(undefined, rateLimits))
    })
    if (!this.isAwaited) return
    client.onNotification('account/login/completed', ({ success }) => {
      if (success) this.capture()
    })
    client.onNotification('account/updated', ({ authMode }) => {
      if (authMode !== null && authMode !== undefined) this.capture()
    })
    // It may have been typed while nobody was there.
    this.capture()
  }

  /** See `LoginUse`. @throws SessionError `login` */
  async prepare(): Promise<void> {
    await this.use?.prepare()
    await this.note()
  }

  /** See `LoginUse`. False when the process has to end. @throws SessionError `login` */
  async takeUp(): Promise<boolean> {
    if (!this.use) return true
    const isOurs = await this.use.takeUp()
    await this.note()
    return isOurs
  }

  pause(): void {
    this.use?.pause()
  }

  /** The process has ended. @throws SessionError `login` when what lies on the machine can't be saved */
  async end(): Promise<void> {
    this.isOver = true
    await this.capturing
    await this.use?.end()
  }

  async leave(): Promise<void> {
    this.isOver = true
    await this.capturing
    await this.use?.leave()
  }

  private get isAwaited(): boolean {
    const { record, logins } = this.options
    return logins !== undefined && !this.isOver && record.current.login.kind === 'in-terminal'
  }

  private capture(): void {
    const before = this.capturing ?? Promise.resolve()
    // What fails is tried with the next word of Codex about its login.
    this.capturing = before.then(() => this.tryToCapture()).catch(() => undefined)
  }

  private async tryToCapture(): Promise<void> {
    const { logins, place, onLogin } = this.options
    if (!this.isAwaited) return
    const captured = await logins?.capture(place)
    if (!captured) return
    this.follow(captured.use)
    await this.note()
    onLogin?.(captured.seed)
  }

  private follow(use: LoginUse): void {
    this.use = use
    const lost = (): void => this.options.onLost(use.signal.reason)
    use.signal.addEventListener('abort', lost, { once: true })
    if (use.signal.aborted) lost()
    use.onChanged(() => {
      this.isStale = true
      void this.reload()
    })
  }

  /** Codex looks at the file before it renews; when that has changed, it renews nothing. */
  private async reload(): Promise<void> {
    const { client } = this
    if (!client || !this.isStale) return
    this.isStale = false
    try {
      await client.request('account/read', { refreshToken: true })
    } catch {
      // 0.169.0 then asks for more about the account, which may fail. A link that broke is another matter.
      if (client.signal.aborted) this.isStale = true
    }
  }

  private async note(): Promise<void> {
    const { record } = this.options
    const facts = this.use?.facts
    if (facts && JSON.stringify(facts) !== JSON.stringify(record.current.login))
      await record.save({ login: facts })
  }
}

/**
 * The use of a session's login by its record; nothing is begun. `undefined` for a login that is not a stored one.
 * @throws ConfigError without the logins that it needs
 */
export function recordedUse(
  { login }: LaunchRecord,
  logins: CodexLogins | undefined,
  place: LoginPlace,
): LoginUse | undefined {
  if (login.kind !== 'seed') return undefined
  if (!logins) throw new ConfigError('logins', 'given, since the session uses a stored login', 'none')
  return logins.resume(login, place)
}
