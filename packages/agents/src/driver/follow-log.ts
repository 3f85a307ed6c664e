import type { Host } from '@x/host'
import { readKeywordLog, type KeywordEntry } from '../keywords/read-keyword-log.ts'
import type { KeywordFeatures } from '../keywords/features.ts'
import type { SessionJournal } from '../journal/session-journal.ts'
import { whileReachable } from './reach.ts'

/** Lines that are recorded at once, at most; as many again are read meanwhile. */
const BATCH = 256
/** No more lines come once those that are collected have so many bytes in the log. */
const BATCH_BYTES = 1024 * 1024

export interface FollowLogOptions {
  readonly host: Host
  /** Absolute, on the host. */
  readonly log: string
  readonly features: KeywordFeatures
  readonly journal: SessionJournal
  /** Settles when nobody writes any more. */
  readonly ended: Promise<unknown>
  /** Asked then: whether it is certain. */
  readonly isCertain: () => boolean
  /** How long the log may be out of reach, in milliseconds. */
  readonly lostMs: number
  readonly signal: AbortSignal
  /** Records and dispatches; resolves when more may come. True: the rest is not wanted. */
  readonly onLines: (lines: readonly KeywordEntry[]) => Promise<boolean>
}

/**
 * Reads the agent's log from where the journal stands, and goes on there when the connection was lost. Lines that come
 * while others are recorded are recorded together.
 * @returns when all was read, or no more was wanted
 * @throws HostError when the log is out of reach for too long or can't be read; what `onLines` throws; the reason of `signal`
 */
export function followLog(options: FollowLogOptions): Promise<void> {
  const { lostMs, signal } = options
  return whileReachable({ lostMs, signal }, (onProgress) => readFrom(options, onProgress))
}

async function readFrom(options: FollowLogOptions, onProgress: () => void): Promise<void> {
  const { host, log, features, journal, ended, isCertain, signal } = options
  const reading = new AbortController()
  const stop = (): void => reading.abort(signal.reason)
  signal.addEventListener('abort', stop)
  const lines = readKeywordLog(host, log, {
    features,
    from: journal.next,
    signal: reading.signal,
    ended,
    isCertain,
  })
  const batches = new Batches(options, () => reading.abort(new Unwanted()))
  try {
    for await (const line of lines) {
      onProgress()
      await batches.put(line)
    }
    await batches.done()
  } catch (error) {
    // What was read before the link broke counts, and decides where reading goes on.
    await batches.done()
    if (!(error instanceof Unwanted)) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Why a log is read no further. */
class Unwanted extends Error {}

/** Collects lines while earlier ones are being recorded. */
class Batches {
  readonly #options: FollowLogOptions
  readonly #onEnough: () => void
  #collected: KeywordEntry[] = []
  #bytes = 0
  #working: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  #isEnough = false

  constructor(options: FollowLogOptions, onEnough: () => void) {
    this.#options = options
    this.#onEnough = onEnough
  }

  /** Resolves when another line may come. */
  async put(line: KeywordEntry): Promise<void> {
    if (this.#isEnough) return
    this.#collected.push(line)
    this.#bytes += line.next.offset - line.at.offset
    this.#working ??= this.#work()
    if (this.#collected.length >= BATCH || this.#bytes >= BATCH_BYTES) await this.#working
    if (this.#failure) throw this.#failure.error
  }

  /** Resolves when all was dealt with. */
  async done(): Promise<void> {
    await this.#working
    if (this.#failure) throw this.#failure.error
  }

  async #work(): Promise<void> {
    // Lines that lie there already come in one go.
    await new Promise(setImmediate)
    try {
      // What comes after the end is for the next driver, who may be there already.
      while (this.#collected.length > 0 && !this.#isEnough && !this.#options.signal.aborted) {
        const batch = this.#collected
        this.#collected = []
        this.#bytes = 0
        this.#isEnough = await this.#options.onLines(batch)
      }
      if (this.#isEnough) this.#onEnough()
    } catch (error) {
      this.#failure = { error }
      this.#onEnough()
    } finally {
      this.#working = undefined
    }
  }
}
