/** Names that are remembered; whoever sends more is forgotten, not let grow. */
const MAX_NAMES = 10_000

export interface RateLimitOptions {
  /** So many at once. */
  readonly burst: number
  /** And so many more each second. */
  readonly perSecond: number
  /** Milliseconds of a clock that never goes back. @default performance.now */
  readonly now?: () => number
}

/** A bucket for each name. */
export class RateLimit {
  private readonly options: RateLimitOptions
  private readonly now: () => number
  private readonly buckets = new Map<string, { readonly left: number; readonly at: number }>()

  constructor(options: RateLimitOptions) {
    this.options = options
    this.now = options.now ?? (() => performance.now())
  }

  /** Takes one, if there is one. */
  take(name: string): boolean {
    const { burst, perSecond } = this.options
    const now = this.now()
    const bucket = this.buckets.get(name)
    const left = bucket ? Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond) : burst
    // The last to be used stands last.
    this.buckets.delete(name)
    if (this.buckets.size >= MAX_NAMES) this.forgetOldest()
    this.buckets.set(name, { left: left < 1 ? left : left - 1, at: now })
    return left >= 1
  }

  private forgetOldest(): void {
    for (const name of this.buckets.keys()) {
      this.buckets.delete(name)
      return
    }
  }
}
