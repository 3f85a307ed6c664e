import type { SnapshotSummary } from '@x/agents/snapshots'
import { StoreError } from '@x/agents/store'
import { anySignal } from '../any-signal.ts'
import { ConfigError, SessionError } from '../errors.ts'
import type { SessionSnapshots, SnapshotOptions, SnapshotOutcome } from './session-snapshots.ts'

/** After a failure, in milliseconds; twice as long each time, at most `MAX_AGAIN_MS`. */
const AGAIN_MS = 5_000
const MAX_AGAIN_MS = 300_000
/** How long messages of the queue wait for a snapshot; twice as long for each turn that has ended the attempt. */
const QUIET_MS = 10_000
const MAX_QUIET_MS = 160_000
/** How long the last one may keep a session from being closed. */
const LAST_MS = 60_000

export interface SnapshotKeeperOptions {
  /** Without them there are none. */
  readonly given: SessionSnapshots | undefined
  readonly take: (given: SessionSnapshots, options: SnapshotOptions) => Promise<SnapshotSummary>
  /** No turn runs. */
  readonly isIdle: () => boolean
  /** Yields at once, and whenever `isIdle` may have changed; ends when the session does, or with the signal. */
  readonly changes: (signal: AbortSignal) => AsyncIterable<unknown>
  /** Messages that wait may leave again. */
  readonly onQuiet: () => void
  /** A person is told. */
  readonly warn: (message: string) => void
}

/**
 * Takes the snapshots of a session: one at a time, and each between two turns.
 *
 * *due*: a turn has ended since the last one began. It is taken when the interval is over; turns that end until then
 * need no other one. *taking*: a turn that begins ends the attempt, nothing of it is kept, and it begins again when that
 * turn has ended. Messages of the queue wait for it, and the longer the more often it was ended, so that neither a long
 * queue nor much work keeps it away for ever. One that fails is due again, after a pause. *over*: the task or the session
 * is.
 */
export class SnapshotKeeper {
  private readonly options: SnapshotKeeperOptions
  private readonly over = new AbortController()
  private tail: Promise<unknown> = Promise.resolve()
  private isDue = false
  private isLost = false
  private failures = 0
  /** Asked for or due, and not at their end. */
  private pending = 0
  /** One that is taken by itself is among them. */
  private isTaking = false
  /** How many turns have ended an attempt since the last one that was taken. */
  private cuts = 0
  /** When the last one began that was taken. */
  private begunAt = Number.NEGATIVE_INFINITY
  private quietUntil = 0
  /** When `timer` ends. */
  private dueAt = 0
  private timer: NodeJS.Timeout | undefined
  private quietTimer: NodeJS.Timeout | undefined

  constructor(options: SnapshotKeeperOptions) {
    this.options = options
  }

  /** Whether a message that waits may begin a turn. */
  get mayBegin(): boolean {
    return performance.now() >= this.quietUntil
  }

  turnEnded(): void {
    // Whoever waits for the end of a turn has it now.
    if (this.pending > 0) this.keepQuiet()
    if (!this.isAutomatic || this.isLost) return
    this.isDue = true
    // One that runs looks again when it has ended.
    if (this.over.signal.aborted || this.isTaking || (this.failures > 0 && this.timer)) return
    this.scheduleDue()
  }

  /**
   * @throws ConfigError when the session was opened without snapshots; SessionError `lost` when it is over; the reason
   * of `signal`; what `takeSessionSnapshot` throws
   */
  async take(options: SnapshotOptions = {}): Promise<SnapshotSummary> {
    const { given } = this.options
    if (!given) throw new ConfigError('snapshots', 'given when the session was opened', 'nothing')
    return this.inTurn(() => this.takeBetweenTurns(given, options))
  }

  /** Gives up what runs, at once; no other one begins by itself. Resolves when nothing runs any more. Never rejects. */
  async stop(): Promise<void> {
    // Nobody will say when the turn ends that runs, or that went on while there was no link.
    if (this.isAutomatic && !this.options.isIdle()) this.isDue = true
    this.over.abort(overError())
    clearTimeout(this.timer)
    clearTimeout(this.quietTimer)
    await this.tail
  }

  /** Takes what is due: it was stopped, and so was the process. Never rejects. */
  async takeLast(): Promise<void> {
    const { given } = this.options
    if (!given || !this.isDue || this.isLost) return
    this.isDue = false
    await this.report(given, () => this.options.take(given, { signal: AbortSignal.timeout(LAST_MS) }))
  }

  private get isAutomatic(): boolean {
    const { given } = this.options
    return given !== undefined && given.when !== 'asked'
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.pending += 1
    const done = this.tail.then(work).finally(() => {
      this.pending -= 1
      if (!this.isDueNow) this.endQuiet()
    })
    this.tail = done.catch(() => undefined)
    return done
  }

  /** Another one is about to begin, for which messages go on waiting. */
  private get isDueNow(): boolean {
    return this.pending > 0 || (this.isDue && this.timer !== undefined && performance.now() >= this.dueAt)
  }

  /** Of the interval. */
  private get leftMs(): number {
    return this.begunAt + (this.options.given?.intervalMs ?? 60_000) - performance.now()
  }

  private scheduleDue(): void {
    const left = this.leftMs
    if (left <= 0) this.keepQuiet()
    this.schedule(Math.max(0, left))
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer)
    this.dueAt = performance.now() + ms
    this.timer = setTimeout(() => void this.takeDue(), ms).unref()
  }

  private async takeDue(): Promise<void> {
    this.timer = undefined
    const { given } = this.options
    if (!given || this.isTaking) return
    this.isTaking = true
    // One that was asked for may have served what was due.
    const take = async (): Promise<SnapshotSummary | undefined> =>
      this.isDue ? this.takeBetweenTurns(given, {}) : undefined
    await this.report(given, () => this.inTurn(take).finally(() => (this.isTaking = false)))
    this.goOn()
  }

  /** A turn has ended meanwhile. */
  private goOn(): void {
    if (this.isDue && !this.timer && !this.isLost && !this.over.signal.aborted) this.scheduleDue()
  }

  private async report(
    given: SessionSnapshots,
    take: () => Promise<SnapshotSummary | undefined>,
  ): Promise<void> {
    const tell = (outcome: SnapshotOutcome): void => {
      try {
        given.onOutcome?.(outcome)
      } catch {
        // Whoever listens must not keep a session from being kept.
      }
    }
    try {
      const snapshot = await take()
      if (!snapshot) return
      this.failures = 0
      tell({ type: 'taken', snapshot })
      await collect(given, snapshot, tell)
    } catch (error) {
      if (this.over.signal.aborted && error === this.over.signal.reason) return
      if (error instanceof StoreError && error.code === 'lease-lost') {
        this.isLost = true
        tell({ type: 'lost', error })
        return
      }
      this.isDue = true
      this.failures += 1
      const againInMs = Math.min(MAX_AGAIN_MS, AGAIN_MS * 2 ** (this.failures - 1))
      tell({ type: 'failed', error, againInMs })
      if (this.failures === 1) this.options.warn(`No snapshot could be taken: ${reasonOf(error)}`)
      if (!this.over.signal.aborted) this.schedule(againInMs)
    }
  }

  private async takeBetweenTurns(
    given: SessionSnapshots,
    options: SnapshotOptions,
  ): Promise<SnapshotSummary> {
    const outer = options.signal ? anySignal([options.signal, this.over.signal]) : this.over.signal
    for (;;) {
      await this.untilIdle(outer)
      const attempt = new AbortController()
      const signal = anySignal([outer, attempt.signal])
      const watching = this.endWithNextTurn(attempt)
      this.isDue = false
      const begunAt = performance.now()
      try {
        const snapshot = await this.options.take(given, { ...options, signal })
        this.begunAt = begunAt
        this.cuts = 0
        return snapshot
      } catch (error) {
        // It is one of the end of the turn that has begun.
        this.isDue ||= given.when !== 'asked'
        outer.throwIfAborted()
        if (!attempt.signal.aborted) throw error
        this.cuts += 1
      } finally {
        attempt.abort()
        await watching
      }
    }
  }

  private async untilIdle(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for await (const _ of this.options.changes(signal)) if (this.options.isIdle()) return
    signal.throwIfAborted()
    throw overError()
  }

  private async endWithNextTurn(attempt: AbortController): Promise<void> {
    for await (const _ of this.options.changes(attempt.signal)) if (!this.options.isIdle()) attempt.abort()
  }

  private keepQuiet(): void {
    if (this.over.signal.aborted) return
    const ms = Math.min(MAX_QUIET_MS, QUIET_MS * 2 ** this.cuts)
    this.quietUntil = performance.now() + ms
    clearTimeout(this.quietTimer)
    this.quietTimer = setTimeout(() => this.endQuiet(), ms + 1).unref()
  }

  private endQuiet(): void {
    clearTimeout(this.quietTimer)
    if (this.over.signal.aborted || this.quietUntil === 0) return
    this.quietUntil = 0
    this.options.onQuiet()
  }
}

/** What is left over goes with the next one. */
async function collect(
  { snapshots, owner, retention }: SessionSnapshots,
  { taskId }: SnapshotSummary,
  tell: (outcome: SnapshotOutcome) => void,
): Promise<void> {
  try {
    await snapshots.collect({ owner, taskId, ...retention })
  } catch (error) {
    tell({ type: 'not-collected', error })
  }
}

function overError(): SessionError {
  return new SessionError('lost', 'the session is over', {
    remedy: '`takeSessionSnapshot` takes one of a session that has ended.',
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
