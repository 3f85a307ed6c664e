import type { SeedKey } from '../store/seed-record.ts'
import type { CurrentTokens } from './login-keeper.ts'
import { mayHaveHappened } from './may-have-happened.ts'

/** Timers of Node can't run longer than 24 days; a login may also have been renewed by others meanwhile. */
const MAX_SLEEP_MS = 12 * 60 * 60_000
const RETRY_MS = 60_000
const MIN_PAUSE_MS = 1_000

/** When the tokens that were saved then are renewed. */
interface Plan {
  readonly savedAt: number
  readonly dueAt: number
}

export interface RefreshAheadOptions {
  /** This part of a token's life before its end, give or take a third. */
  readonly share: number
  /** From here on sessions renew it themselves, in milliseconds before its end. */
  readonly marginMs: number
  readonly now: () => number
  /** Whether any session still uses it. */
  readonly isUsed: (key: SeedKey) => Promise<boolean>
  readonly current: (key: SeedKey) => Promise<CurrentTokens>
  /** Refreshes it now. */
  readonly renew: (key: SeedKey) => Promise<CurrentTokens>
  /** @default Math.random */
  readonly random?: () => number
}

/** Refreshes logins that are in use before they expire; each orchestrator at a moment of its own. */
export class RefreshAhead {
  private readonly options: RefreshAheadOptions
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private isOver = false

  constructor(options: RefreshAheadOptions) {
    this.options = options
  }

  /** From now on, until nobody uses it. */
  watch(tokens: CurrentTokens): void {
    const { owner, seedId } = tokens.seed
    if (this.isOver || this.timers.has(seedId)) return
    this.schedule({ owner, seedId }, this.plan(tokens))
  }

  close(): void {
    this.isOver = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  private schedule(key: SeedKey, plan: Plan): void {
    if (this.isOver) return
    const ms = Math.ceil(plan.dueAt - this.options.now())
    const timer = setTimeout(() => void this.wake(key, plan), Math.max(1, Math.min(MAX_SLEEP_MS, ms)))
    timer.unref()
    this.timers.set(key.seedId, timer)
  }

  private async wake(key: SeedKey, plan: Plan): Promise<void> {
    this.timers.delete(key.seedId)
    const { isUsed, current, renew, now } = this.options
    try {
      if (!(await isUsed(key))) return
      const tokens = await current(key)
      if (tokens.seed.refresh.state === 'dead') return
      // It may have been renewed by others, or this was but a stop on the way.
      if (tokens.seed.savedAt !== plan.savedAt) this.schedule(key, this.plan(tokens))
      else if (plan.dueAt > now()) this.schedule(key, plan)
      else if (this.isBetterLeft(tokens)) this.schedule(key, { ...plan, dueAt: this.lastMoment(tokens) })
      else this.schedule(key, this.plan(await renew(key)))
    } catch {
      // Whoever needs a token is told; here it is tried again.
      this.schedule(key, { ...plan, dueAt: now() + RETRY_MS * this.jitter() })
    }
  }

  /** A token that may be spent is not shown again while sessions can go on without: it could cost them what they have. */
  private isBetterLeft(tokens: CurrentTokens): boolean {
    return mayHaveHappened(tokens.seed.refresh) && this.lastMoment(tokens) > this.options.now()
  }

  private lastMoment({ expiresAt = 0 }: CurrentTokens): number {
    return expiresAt - this.options.marginMs
  }

  private plan({ seed, expiresAt }: CurrentTokens): Plan {
    const { share, now } = this.options
    const { savedAt } = seed
    if (expiresAt === undefined) return { savedAt, dueAt: Infinity }
    const dueAt = expiresAt - Math.max(0, expiresAt - savedAt) * share * this.jitter()
    // A token that is born late in its life must not keep us busy.
    return { savedAt, dueAt: Math.max(dueAt, now() + MIN_PAUSE_MS) }
  }

  /** From two thirds to four thirds. */
  private jitter(): number {
    const { random = Math.random } = this.options
    return (2 + 2 * random()) / 3
  }
}
