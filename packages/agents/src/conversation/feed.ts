import type { ConversationEvent } from './conversation-event.ts'
import type { ConversationState } from './conversation-state.ts'
import type { FeedCursor, FeedFrame } from './feed-frame.ts'
import { foldConversation } from './fold-conversation.ts'
import { joinDeltas } from './join-deltas.ts'

export interface FeedOptions {
  /** Longest time that deltas wait to be joined, in milliseconds. @default 16 */
  readonly joinMs?: number
  /** Encoded frames kept for viewers that come back or lag, in UTF-16 units. A viewer further behind gets a snapshot. @default 1 Mi */
  readonly maxBacklog?: number
}

/** A frame and its JSON, made once for all viewers. */
interface LoggedFrame {
  readonly frame: FeedFrame
  readonly json: string
}

/**
 * The one source of a conversation's viewers: folds what happens into the state and lets any number of viewers read
 * along, each at its own speed.
 *
 * Viewers share one log of encoded frames and own nothing but a position in it, so publishing costs the same for one
 * as for fifty, never waits, and memory has a bound. A viewer whose position left the log gets a snapshot.
 */
export class Feed {
  private readonly joinMs: number
  private readonly maxBacklog: number
  private readonly epoch = crypto.randomUUID()
  private readonly log: LoggedFrame[] = []
  private readonly waiting = new Set<() => void>()
  private backlog = 0
  private seq = 0
  private folded: ConversationState
  private batch: ConversationEvent[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private snapshot: LoggedFrame | undefined
  private ended = false

  constructor(initial: ConversationState, options: FeedOptions = {}) {
    const { joinMs = 16, maxBacklog = 1024 * 1024 } = options
    this.folded = initial
    this.joinMs = joinMs
    this.maxBacklog = maxBacklog
  }

  /** The state with everything published so far. */
  get state(): ConversationState {
    this.flush()
    return this.folded
  }

  /** Adds an event. Deltas wait for up to `joinMs`; anything else leaves with what waited before it. */
  publish(event: ConversationEvent): void {
    if (this.ended) return
    joinDeltas(this.batch, event)
    if (event.type !== 'item-delta') this.flush()
    else this.timer ??= setTimeout(() => this.flush(), this.joinMs)
  }

  /** Replaces the state: every viewer gets it as a snapshot. What was published before is no longer replayed. */
  reset(state: ConversationState): void {
    if (this.ended) return
    this.flush()
    this.folded = state
    this.seq += 1
    this.log.length = 0
    this.backlog = 0
    this.snapshot = undefined
    this.wake()
  }

  /** Ends every viewer's reading after what was published. Idempotent. */
  end(): void {
    this.flush()
    this.ended = true
    this.wake()
  }

  async *frames(options: { since?: FeedCursor; signal?: AbortSignal } = {}): AsyncGenerator<FeedFrame, void> {
    for await (const logged of this.read(options)) yield logged.frame
  }

  async *encoded(options: { since?: FeedCursor; signal?: AbortSignal } = {}): AsyncGenerator<string, void> {
    for await (const logged of this.read(options)) yield logged.json
  }

  private async *read({
    since,
    signal,
  }: {
    since?: FeedCursor
    signal?: AbortSignal
  }): AsyncGenerator<LoggedFrame, void> {
    let seq = since?.epoch === this.epoch && this.isPast(since.seq) ? since.seq : -1
    while (signal?.aborted !== true) {
      const next = this.after(seq)
      if (next) {
        seq = next.frame.seq
        yield next
      } else if (this.ended) {
        return
      } else {
        await this.changed(signal)
      }
    }
  }

  private isPast(seq: number): boolean {
    return Number.isInteger(seq) && seq >= 0 && seq <= this.seq
  }

  /** The frame after `seq`; a snapshot when that one is no longer in the log; nothing when there is none yet. */
  private after(seq: number): LoggedFrame | undefined {
    if (seq === this.seq) return undefined
    const first = this.log[0]?.frame.seq
    if (seq >= 0 && first !== undefined && seq >= first - 1) return this.log[seq + 1 - first]
    this.flush()
    this.snapshot ??= logged({ type: 'snapshot', epoch: this.epoch, seq: this.seq, state: this.folded })
    return this.snapshot
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.batch.length === 0) return
    const events = this.batch
    this.batch = []
    this.folded = foldConversation(this.folded, events)
    this.seq += 1
    this.snapshot = undefined
    const entry = logged({ type: 'events', epoch: this.epoch, seq: this.seq, events })
    this.log.push(entry)
    this.backlog += entry.json.length
    this.trim()
    this.wake()
  }

  private trim(): void {
    let drop = 0
    while (this.backlog > this.maxBacklog && drop < this.log.length) {
      this.backlog -= this.log[drop]?.json.length ?? 0
      drop += 1
    }
    if (drop > 0) this.log.splice(0, drop)
  }

  private wake(): void {
    for (const resume of this.waiting) resume()
    this.waiting.clear()
  }

  /** Resolves with the next frame, the end, or the abort of `signal`; what was published before the call does not count. */
  changed(signal?: AbortSignal): Promise<void> {
    if (this.ended || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      this.waiting.add(done)
      signal?.addEventListener('abort', done, { once: true })
    })
  }
}

function logged(frame: FeedFrame): LoggedFrame {
  return { frame, json: JSON.stringify(frame) }
}
