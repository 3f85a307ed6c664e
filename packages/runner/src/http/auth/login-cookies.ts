import type { CookieJar } from './cookie-jar.ts'
import { createSecret, hashSecret, matchesAny } from './secret.ts'

/** Browsers that may be logged in at once; the oldest login makes room. */
const MAX_LOGINS = 64
/** Cookies of our name looked at in one request: a page on another port may add some of its own. */
const MAX_PRESENTED = 8
const LIFETIME_S = 180 * 24 * 3600
const HASH = /^[0-9a-f]{64}$/

/** The cookies that let browsers in. What is kept of them can't be used to log in. */
export class LoginCookies {
  private readonly cookieName: string
  private readonly jar: CookieJar
  private readonly onError: (error: unknown) => void
  private hashes: string[]
  private saving: Promise<void> = Promise.resolve()

  private constructor(name: string, jar: CookieJar, hashes: string[], onError: (error: unknown) => void) {
    this.cookieName = name
    this.jar = jar
    this.hashes = hashes
    this.onError = onError
  }

  /** @throws whatever the jar throws */
  static async load(name: string, jar: CookieJar, onError: (error: unknown) => void): Promise<LoginCookies> {
    const hashes = (await jar.read()).filter((hash) => HASH.test(hash)).slice(-MAX_LOGINS)
    return new LoginCookies(name, jar, hashes, onError)
  }

  /** Whether a `Cookie` header holds one that we gave out. */
  accepts(header: string | undefined): boolean {
    if (header === undefined) return false
    const presented = header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.cookieName}=`))
      .slice(0, MAX_PRESENTED)
    return presented.some(
      (pair) => matchesAny(pair.slice(this.cookieName.length + 1), this.hashes) !== undefined,
    )
  }

  /**
   * Lets one more browser in.
   * A jar that can't be written costs the login its survival of a restart, not the login.
   * @returns the value of `Set-Cookie`
   */
  async grant(): Promise<string> {
    const secret = createSecret()
    this.hashes = [...this.hashes, hashSecret(secret)].slice(-MAX_LOGINS)
    this.saving = this.saving.then(() => this.jar.write(this.hashes)).catch(this.onError)
    await this.saving
    return `${this.cookieName}=${secret}; Path=/; Max-Age=${LIFETIME_S}; HttpOnly; SameSite=Strict`
  }
}
