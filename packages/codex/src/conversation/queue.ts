import { randomUUID } from 'node:crypto'
import {
  ConversationError,
  type ConversationEvent,
  type Feed,
  type MessageQueue,
} from '@x/agents/conversation'
import { RpcError } from '@x/codex-appserver'
import { ClaimWatch, isSame, type Claim } from './claim-watch.ts'
import { bounded, KeptQueue, waits, withReturned, without, type QueueStore } from './kept-queue.ts'
import type { QueuedDelivery } from './outbox.ts'
import type { StoredQueue } from './parse-queue.ts'
import { SentTurn } from './sent-turn.ts'

export interface QueueOptions {
  readonly feed: Feed
  readonly store: QueueStore
  /** Hands a message to Codex. @returns false when it was left where it is */
  readonly deliver: (sent: SentTurn, how: QueuedDelivery) => Promise<boolean>
  /** A message of ours was sent by somebody else who has the same queue. */
  readonly follow: (sent: SentTurn, turnId: string) => void
  /** Whether a message may begin a turn: none runs, none is on its way, and there is a connection. */
  readonly isFree: () => boolean
  /** How long somebody else may be about to send a message before it counts as left behind, in milliseconds. @default 10_000 */
  readonly claimMs?: number
}

const CLAIM_MS = 10_000
/** How many messages may wait. */
const MAX_MESSAGES = 100

/**
 * Messages that wait until the turn that runs has ended, oldest first.
 *
 * What is on disk counts. A message *waits*, then it is *leaving*: before it is handed to Codex the store says so, and
 * who does it, in one step for all processes; then it is in the thread, and out of the queue. Whoever finds one that
 * was leaving when its sender died looks for it in the thread before it is sent again.
 *
 * After a turn that was interrupted or has failed nothing leaves by itself until the queue is released after that turn.
 */
export class Queue {
  /** Resolves when what waits from before is shown. Never rejects: a queue that can't be read says so. */
  readonly known: Promise<void>
  private readonly options: QueueOptions
  private readonly name = randomUUID()
  private readonly handles = new Map<string, SentTurn>()
  /** Was leaving when we came: whoever sent it may be gone. */
  private inherited: string | undefined
  private readonly kept: KeptQueue
  private readonly claimMs: number
  private readonly others: ClaimWatch
  private adding = 0
  private deliveries: Promise<unknown> = Promise.resolve()
  private over: ConversationError | undefined

  constructor(options: QueueOptions) {
    this.options = options
    this.claimMs = options.claimMs ?? CLAIM_MS
    this.others = new ClaimWatch(this.claimMs, (claim) => void this.inherit(claim).catch(() => undefined))
    this.kept = new KeptQueue(
      options.store,
      () => {
        this.show()
        this.others.watch(this.claimOfOthers())
      },
      (error) => this.tell(error instanceof Error ? error.message : String(error)),
    )
    this.known = this.kept.settled().then(() => void (this.inherited = this.kept.current.leaving?.id))
  }

  /** @throws ConversationError `queue-full` */
  add(sent: SentTurn, { first = false }: { readonly first?: boolean } = {}): void {
    if (this.kept.current.messages.length + this.adding >= MAX_MESSAGES)
      throw new ConversationError('queue-full', `at most ${String(MAX_MESSAGES)} messages can wait`)
    const { clientId: id, message: text } = sent
    // Now, not when it is written: a turn that is interrupted meanwhile holds it.
    const when = this.options.isFree()
    this.adding += 1
    this.handles.set(id, sent)
    void this.kept
      .change((queue) => {
        const others = queue.messages.filter((one) => one.id !== id)
        const message = { id, text, queuedAt: Date.now() }
        const messages = first ? [message, ...others] : [...others, message]
        return bounded({ ...this.released(queue, { when }), messages })
      })
      .catch((error: unknown) => this.forget(id, error))
      .finally(() => {
        this.adding -= 1
        this.advance()
      })
  }

  /**
   * Codex has dropped a message that it had: it is there again for a person to send, change or withdraw. It does not
   * leave by itself, since who stops a turn has stopped what began it.
   */
  async takeBack({ clientId: id, message: text }: SentTurn): Promise<void> {
    await this.kept.change((queue) => withReturned(queue, { id, text }))
  }

  edit(id: string, text: string): Promise<boolean> {
    if (text.trim() === '') throw new TypeError('expected a message, got an empty text')
    return this.kept.change((queue) =>
      waits(queue, id)
        ? bounded({
            ...queue,
            messages: queue.messages.map((one) => (one.id === id ? { ...one, text } : one)),
          })
        : queue,
    )
  }

  async withdraw(id: string): Promise<boolean> {
    const gone = await this.kept.change((queue) => (waits(queue, id) ? without(queue, id) : queue))
    if (gone) this.forget(id, new ConversationError('withdrawn', 'the message was taken out of the queue'))
    return gone
  }

  /** Sends a message before its time. Resolves when Codex has it. */
  async sendNow(id: string): Promise<boolean> {
    await this.kept.settled()
    if (!this.kept.current.messages.some((one) => one.id === id)) return false
    await this.release()
    return this.leave(id, { joins: true })
  }

  /** Something was sent by hand: the queue goes on after it. */
  async release(): Promise<void> {
    if (this.kept.current.messages.length > 0)
      await this.kept.change((queue) => this.released(queue, { when: true }))
  }

  /** The thread is known, or known anew: what it has is out of the queue. */
  hydrated(): void {
    const said = new Set(
      this.options.feed.state.turns.flatMap((turn) =>
        turn.items.flatMap((item) => (item.type === 'user-message' ? (item.clientId ?? []) : [])),
      ),
    )
    void this.kept
      .settled()
      .then(() =>
        this.kept.change((queue) =>
          queue.messages.reduce((q, { id }) => (said.has(id) ? without(q, id) : q), queue),
        ),
      )
      .catch(() => undefined)
      .then(() => {
        this.show()
        this.advance()
      })
  }

  /** To be told after it was published. */
  seen(event: ConversationEvent): void {
    if (event.type === 'turn-ended') {
      this.show()
      this.advance()
    } else if (event.type === 'item-completed' && event.item.type === 'user-message') {
      this.arrived(event.item.clientId, event.turnId)
    }
  }

  /** Our own is out of the queue when Codex has answered; this is for those that somebody else has sent. */
  private arrived(id: string | undefined, turnId: string): void {
    const { messages, leaving } = this.kept.current
    if (id === undefined || leaving?.by === this.name || !messages.some((one) => one.id === id)) return
    const sent = this.handles.get(id)
    this.handles.delete(id)
    if (sent) this.options.follow(sent, turnId)
    void this.kept.change((queue) => without(queue, id)).catch(() => undefined)
  }

  /** Nothing more can be sent; what waits stays on disk. */
  end(error: ConversationError): void {
    this.over = error
    this.others.end()
    for (const sent of this.handles.values()) sent.fail(error)
    this.handles.clear()
  }

  /** Sends the first message, when it may leave. */
  advance(): void {
    const head = this.kept.current.messages.find(({ returned }) => returned !== true)
    if (!head || this.over || this.held() !== undefined || !this.options.isFree()) return
    if (this.claimOfOthers()) return
    // What it can't send stays, and says so; this is nobody's promise.
    void this.leave(head.id, { joins: false }).catch(() => undefined)
  }

  private leave(id: string, how: { readonly joins: boolean }): Promise<boolean> {
    const left = this.deliveries.then(() => this.deliver(id, how))
    this.deliveries = left.then(
      (taken) => {
        // Its turn may have ended before it was out of the queue.
        if (taken) this.advance()
      },
      () => undefined,
    )
    return left
  }

  private async deliver(id: string, { joins }: { readonly joins: boolean }): Promise<boolean> {
    const message = this.kept.current.messages.find((one) => one.id === id)
    if (!message || this.over) return false
    if (!joins && !this.options.isFree()) return false
    const sent = this.handles.get(id) ?? new SentTurn(this.options.feed, message.text, id)
    this.handles.set(id, sent)
    const uncertain = this.kept.current.leaving?.id === id
    try {
      const taken = await this.options.deliver(sent, { uncertain, joins, claim: () => this.claim(sent) })
      if (!taken) return false
      this.handles.delete(id)
      await this.kept.change((queue) => without(queue, id))
      return true
    } catch (error) {
      // Codex does not want it: it stays, for a person to change or withdraw.
      if (error instanceof RpcError) await this.keepRefused(error)
      throw error
    }
  }

  private claimOfOthers(): Claim | undefined {
    const { leaving } = this.kept.current
    return leaving && leaving.by !== this.name && leaving.id !== this.inherited ? leaving : undefined
  }

  private async inherit(claim: Claim): Promise<void> {
    await this.kept.refresh()
    if (this.over || !isSame(this.claimOfOthers(), claim)) return
    this.inherited = claim.id
    this.advance()
  }

  /** Says on disk that we send it, if nobody else does. A claim that took long to make is made again: it may count as left behind. */
  private async claim(sent: SentTurn): Promise<boolean> {
    const id = sent.clientId
    const isOurs = (queue: StoredQueue): boolean => {
      const { leaving, messages } = queue
      if (!messages.some((one) => one.id === id)) return false
      return leaving === undefined || leaving.by === this.name || leaving.id === this.inherited
    }
    let startedAt: number
    do {
      startedAt = performance.now()
      await this.kept.change((queue) =>
        isOurs(queue) ? { ...queue, leaving: { id, by: this.name } } : queue,
      )
    } while (performance.now() - startedAt > this.claimMs / 2)
    const { leaving, messages } = this.kept.current
    if (leaving?.id !== id || leaving.by !== this.name) return false
    sent.message = messages.find((one) => one.id === id)?.text ?? sent.message
    return true
  }

  private async keepRefused({ rpcMessage }: RpcError): Promise<void> {
    await this.kept.change(({ leaving: _, ...queue }) => ({ ...queue, refused: true }))
    this.tell(`A message of the queue was refused: ${rpcMessage}`)
  }

  private forget(id: string, error: unknown): void {
    this.handles.get(id)?.fail(error)
    this.handles.delete(id)
  }

  private tell(message: string): void {
    this.options.feed.publish({ type: 'notice', notice: { id: message, level: 'warning', message } })
  }

  private released(queue: StoredQueue, { when }: { readonly when: boolean }): StoredQueue {
    const last = this.badEnd()
    const isHeld = queue.refused === true || (last !== undefined && queue.releasedAfter !== last.id)
    if (!when || !isHeld) return queue
    const { refused: _, ...rest } = queue
    return { ...rest, ...(last && { releasedAfter: last.id }) }
  }

  private held(): MessageQueue['held'] {
    const { messages } = this.kept.current
    if (messages.length === 0) return undefined
    if (this.kept.current.refused === true) return 'failed'
    const last = this.badEnd()
    if (last && last.id !== this.kept.current.releasedAfter) return last.status
    return messages.every(({ returned }) => returned === true) ? 'interrupted' : undefined
  }

  private badEnd(): { readonly id: string; readonly status: 'interrupted' | 'failed' } | undefined {
    const { id, status } = this.options.feed.state.turns.at(-1) ?? {}
    return id !== undefined && (status === 'interrupted' || status === 'failed') ? { id, status } : undefined
  }

  private show(): void {
    const { feed } = this.options
    const held = this.held()
    const queue: MessageQueue = { messages: this.kept.current.messages, ...(held && { held }) }
    if (JSON.stringify(queue) !== JSON.stringify(feed.state.queue))
      feed.publish({ type: 'queue-changed', queue })
  }
}
