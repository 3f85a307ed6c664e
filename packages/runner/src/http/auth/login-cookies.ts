import type { CookieJar, KeptLogin } from './cookie-jar.ts'
import { createSecret, hashSecret, matchesAny } from './secret.ts'

/** Browsers that may be logged in at once; the oldest login makes room. */
const MAX_LOGINS = 64
/** Cookies of our name looked at in one request: a page on another port may add some of its own. */
const MAX_PRESENTED = 8
const LIFETIME_S = 30 * 24 * 3600
const HASH = /^[0-9a-f]{64}$/

export interface LoginCookiesOptions {
  /** Gets what goes wrong with the jar after it was read. */
  readonly onError: (error: unknown) => void
  /** Milliseconds since the epoch: a login outlives the process, so its end is a date. */
  readonly now: () => number
}

/** Logins that have ended: at once for this process. */
export interface Revoked {
  /** Their hashes. */
  readonly ended: readonly string[]
  /** The value of `Set-Cookie` that has the browser forget its own. */
  readonly setCookie: string
  /** Rejects with what the jar throws: until it was written, a restart would let them in again. */
  readonly kept: Promise<void>
}

/** The cookies that let browsers in, each for 30 days. What is kept of them can't be used to log in. */
export class LoginCookies {
  private readonly cookieName: string
  private readonly jar: CookieJar
  private readonly options: LoginCookiesOptions
  private logins: readonly KeptLogin[]
  private saving: Promise<void> = Promise.resolve()

  private constructor(
    name: string,
    jar: CookieJar,
    logins: readonly KeptLogin[],
    options: LoginCookiesOptions,
  ) {
    this.cookieName = name
    this.jar = jar
    this.logins = logins
    this.options = options
  }

  /** @throws whatever the jar throws */
  static async load(name: string, jar: CookieJar, options: LoginCookiesOptions): Promise<LoginCookies> {
    const logins = (await jar.read()).filter(({ hash }) => HASH.test(hash)).slice(-MAX_LOGINS)
    return new LoginCookies(name, jar, logins, options)
  }

  /** The hash of the first cookie in a `Cookie` header that we gave out and that still counts. */
  find(header: string | undefined): string | undefined {
    return this.findAll(header)[0]
  }

  /**
   * Lets one more browser in.
   * A jar that can't be written costs the login its survival of a restart, not the login.
   * @returns the value of `Set-Cookie`
   */
  async grant(): Promise<string> {
    const secret = createSecret()
    const login = { hash: hashSecret(secret), expiresAt: this.options.now() + LIFETIME_S * 1000 }
    await this.keep([...this.valid(), login].slice(-MAX_LOGINS)).catch(this.options.onError)
    return this.setCookie(secret, LIFETIME_S)
  }

  /** Ends the logins of a `Cookie` header. */
  revoke(header: string | undefined): Revoked {
    const ended = this.findAll(header)
    const kept = this.keep(this.valid().filter(({ hash }) => !ended.includes(hash)))
    return { ended, setCookie: this.setCookie('', 0), kept }
  }

  private findAll(header: string | undefined): readonly string[] {
    if (header === undefined) return []
    const hashes = this.valid().map(({ hash }) => hash)
    return header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.cookieName}=`))
      .slice(0, MAX_PRESENTED)
      .flatMap((pair) => matchesAny(pair.slice(this.cookieName.length + 1), hashes) ?? [])
  }

  private valid(): readonly KeptLogin[] {
    const now = this.options.now()
    return this.logins.filter(({ expiresAt }) => expiresAt > now)
  }

  private keep(logins: readonly KeptLogin[]): Promise<void> {
    this.logins = logins
    const saved = this.saving.then(() => this.jar.write(this.logins))
    this.saving = saved.catch(() => undefined)
    return saved
  }

  private setCookie(value: string, maxAgeS: number): string {
    return `${this.cookieName}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`
  }
}
