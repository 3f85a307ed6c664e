import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { SeedManifest } from './manifest.ts'
import { SaveBack, type PlantedPlace, type SaveOutcome } from './save-back.ts'

export interface WatchOptions extends PlantedPlace {
  /** How often to look even when nothing was told, in milliseconds. @default 10_000 */
  readonly pollMs?: number
  /** After a failure, in milliseconds; twice as long each time, at most `pollMs`. @default 500 */
  readonly retryMs?: number
  /** Told what a look came to, when that is something else than the last time. What it throws is lost. */
  readonly onOutcome?: (outcome: SaveOutcome) => void
}

/**
 * How a planted login ended.
 *
 * - `released`: everything is stored, and the seed is free.
 * - `lost`: somebody else has it; nothing was written.
 * - `kept`: what lies on the worker could not be saved. The lease is left to expire, and the seed is in quarantine until
 *   somebody takes it over and looks there: leave the files where they are.
 */
export type PlantedEnding =
  | { readonly type: 'released' }
  | { readonly type: 'lost' }
  | { readonly type: 'kept'; readonly reason: string; readonly cause?: unknown }

export interface EndOptions {
  /** How long to try, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number
}

/**
 * Keeps the store's copy of a planted login current, until it is closed or the lease is lost: a rotation is saved under
 * the lease's fencing number, after the lease was renewed. What is half written, logged out or of somebody else is not.
 * While the store or the worker can't be reached it goes on trying; the login stays on the worker meanwhile.
 *
 * It has taken over the lease. End the agent first, then close this.
 */
export class PlantedWatch implements AsyncDisposable {
  private readonly saving: SaveBack
  private readonly options: WatchOptions
  private readonly pollMs: number
  private readonly retryMs: number
  private readonly stopping = new AbortController()
  private readonly working: Promise<void>
  private wake: (() => void) | undefined
  /** Something was told since the last look began: one that runs may have missed it. */
  private isStale = false
  private told: string | undefined
  private failures = 0
  private ending: Promise<PlantedEnding> | undefined
  private attempting: Promise<SaveOutcome> | undefined
  private latest: SaveOutcome = { type: 'unchanged' }

  constructor(store: Store, manifest: SeedManifest, options: WatchOptions) {
    const { pollMs = 10_000, retryMs = 500 } = options
    this.options = options
    this.pollMs = pollMs
    this.retryMs = retryMs
    this.saving = new SaveBack(store, manifest, options)
    const files = manifest.files.filter(({ kind }) => kind === 'credential')
    options.lease.signal.addEventListener('abort', this.onLost, { once: true })
    if (options.lease.signal.aborted) this.onLost()
    const watching = files.map((file) => this.follow(path.posix.join(options.home, file.path)))
    this.working = Promise.all([this.work(), ...watching]).then(() => undefined)
  }

  /** What the last look came to. */
  get outcome(): SaveOutcome {
    return this.latest
  }

  /** Looks now, and saves what has rotated. Looks at most once at a time. */
  async save(): Promise<SaveOutcome> {
    // One that runs already may have missed what is there now.
    await this.attempting
    if (this.options.lease.state === 'lost') return this.latest
    this.attempting ??= this.attempt().finally(() => (this.attempting = undefined))
    return this.attempting
  }

  /** Saves what is there, and then gives the lease back; trying until the time is over. Idempotent. */
  close(options: EndOptions = {}): Promise<PlantedEnding> {
    this.ending ??= this.end(options)
    return this.ending
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private readonly onLost = (): void => {
    this.stopping.abort()
    const error: unknown = this.options.lease.signal.reason
    this.tell({ type: 'lost', error } as SaveOutcome)
  }

  private async work(): Promise<void> {
    for (;;) {
      await this.rest()
      if (this.stopping.signal.aborted) return
      this.isStale = false
      await this.save()
    }
  }

  /** Until something has changed, the time has come to look, or it is over. */
  private async rest(): Promise<void> {
    const backOff = this.retryMs * 2 ** Math.min(this.failures - 1, 10)
    const ms = this.failures > 0 ? Math.min(this.pollMs, backOff) : this.pollMs
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms).unref()
      const { signal } = this.stopping
      const woken = (): void => done()
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', woken)
        resolve()
      }
      this.wake = woken
      signal.addEventListener('abort', woken, { once: true })
      if (signal.aborted || this.isStale) done()
    })
    this.wake = undefined
  }

  private look(): void {
    this.isStale = true
    this.wake?.()
  }

  private async follow(file: string): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      try {
        for await (const _ of this.options.host.files.watch(file, { signal })) this.look()
      } catch {
        // The worker is out of reach, or the host was closed; meanwhile it is looked at from time to time.
      }
      await delay(this.pollMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  private async attempt(): Promise<SaveOutcome> {
    const outcome = await this.saving.attempt()
    this.failures = outcome.type.endsWith('-failed') ? this.failures + 1 : 0
    this.tell(outcome)
    return outcome
  }

  private tell(outcome: SaveOutcome): void {
    if (this.latest.type === 'lost') return
    this.latest = outcome
    const said = [
      outcome.type,
      ...('revision' in outcome ? [outcome.revision] : []),
      ...('why' in outcome ? [outcome.why] : []),
    ].join(' ')
    // That nothing has changed is news only after something was wrong.
    const isCalm = this.told === undefined || this.told.startsWith('saved')
    if (said === this.told || (said === 'unchanged' && isCalm)) return
    this.told = said
    try {
      this.options.onOutcome?.(outcome)
    } catch {
      // Whoever listens must not keep a login from being saved.
    }
  }

  private async end({ timeoutMs = 30_000 }: EndOptions): Promise<PlantedEnding> {
    const deadline = performance.now() + timeoutMs
    this.stopping.abort()
    this.options.lease.signal.removeEventListener('abort', this.onLost)
    const late = Symbol('late')
    const timer = new AbortController()
    const out = delay(timeoutMs, late, { signal: timer.signal }).catch(() => late)
    const ending = await Promise.race([this.finish(deadline), out])
    timer.abort()
    if (ending !== late) return ending as PlantedEnding
    return this.keep()
  }

  private async finish(deadline: number): Promise<PlantedEnding> {
    const { lease } = this.options
    await this.working
    // A look that has begun before the end may have missed it.
    await this.attempting
    for (;;) {
      const outcome = await this.save()
      if (outcome.type === 'lost' || lease.state === 'lost') return { type: 'lost' }
      const isSettled =
        outcome.type !== 'no-login' ? !outcome.type.endsWith('-failed') : isGone(outcome.error.code)
      if (isSettled) {
        const released = await lease.release().catch(() => undefined)
        if (released !== undefined) return released ? { type: 'released' } : { type: 'lost' }
      }
      const left = deadline - performance.now()
      if (left <= 0) return this.keep()
      await delay(Math.min(left, this.retryMs))
    }
  }

  private keep(): PlantedEnding {
    this.options.lease.abandon()
    const { latest } = this
    const cause = 'error' in latest ? latest.error : undefined
    if (latest.type === 'no-login') return { type: 'kept', reason: latest.error.message, cause }
    const who = latest.type === 'worker-failed' ? 'the worker' : 'the store'
    return { type: 'kept', reason: `${who} did not answer in time`, cause }
  }
}

/** Nothing is left that could be saved. Anything else may hide a token that nobody has seen. */
function isGone(code: string): boolean {
  return code === 'not-logged-in' || code === 'unusable'
}
