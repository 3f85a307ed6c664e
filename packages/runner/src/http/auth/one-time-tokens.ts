import { createSecret, hashSecret, matchesAny } from './secret.ts'

export interface OneTimeTokensOptions {
  /** How long a token may be used, in milliseconds. @default 600_000 */
  readonly lifetimeMs?: number
  /** Most tokens that wait to be used; the oldest makes room. @default 32 */
  readonly maxOpen?: number
  /** Milliseconds on any clock that does not go back. */
  readonly now: () => number
}

/** Tokens that let one browser in once. Only their hashes are kept, in memory: a restart forgets them. */
export class OneTimeTokens {
  private readonly open = new Map<string, number>()
  private readonly lifetimeMs: number
  private readonly maxOpen: number
  private readonly now: () => number

  constructor(options: OneTimeTokensOptions) {
    const { lifetimeMs = 600_000, maxOpen = 32, now } = options
    this.lifetimeMs = lifetimeMs
    this.maxOpen = maxOpen
    this.now = now
  }

  issue(): string {
    this.dropExpired()
    const token = createSecret()
    this.open.set(hashSecret(token), this.now() + this.lifetimeMs)
    for (const oldest of this.open.keys()) {
      if (this.open.size <= this.maxOpen) break
      this.open.delete(oldest)
    }
    return token
  }

  /** True once for each token that was issued and has not expired. */
  redeem(token: string): boolean {
    this.dropExpired()
    const hash = matchesAny(token, this.open.keys())
    return hash !== undefined && this.open.delete(hash)
  }

  private dropExpired(): void {
    const now = this.now()
    for (const [hash, expiresAt] of this.open) if (expiresAt <= now) this.open.delete(hash)
  }
}
