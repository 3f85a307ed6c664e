export interface RateLimitOptions {
  readonly burst: number
  /** One more is allowed after so many milliseconds. */
  readonly refillMs: number
  /** Milliseconds on any clock that does not go back. */
  readonly now: () => number
}

/** A bucket of permissions that fills again with time. */
export class RateLimit {
  private readonly options: RateLimitOptions
  private left: number
  private countedAt: number

  constructor(options: RateLimitOptions) {
    this.options = options
    this.left = options.burst
    this.countedAt = options.now()
  }

  /** Takes one permission; false when there is none. */
  take(): boolean {
    const { burst, refillMs, now } = this.options
    const at = now()
    this.left = Math.min(burst, this.left + (at - this.countedAt) / refillMs)
    this.countedAt = at
    if (this.left < 1) return false
    this.left -= 1
    return true
  }
}
