import type { Feed } from '@x/agents/conversation'
import type { ClientSlot } from './client-slot.ts'
import { activeTurn, type Outbox, type QueuedDelivery } from './outbox.ts'
import type { SentTurn } from './sent-turn.ts'

export interface OwnTurnsOptions {
  readonly feed: Feed
  readonly slot: ClientSlot
  readonly outbox: Outbox
  readonly threadId: () => string
}

/** An interrupt can arrive before Codex has the turn in hand: it is then refused, and asked for again. */
const INTERRUPT_TRIES = 20

/** The turns that we asked for: from a message on its way to the end of its turn, or the interruption of it. */
export class OwnTurns {
  private readonly options: OwnTurnsOptions
  private readonly running = new Set<{ readonly sent: SentTurn; readonly turnId: string }>()

  constructor(options: OwnTurnsOptions) {
    this.options = options
  }

  /** Never rejects: what goes wrong is told by the turn. */
  async deliver(sent: SentTurn): Promise<void> {
    try {
      this.follow(sent, await this.options.outbox.send(sent))
    } catch (error) {
      sent.fail(error)
    }
  }

  /** @returns false when it was not sent, and is to wait on */
  async deliverQueued(sent: SentTurn, how: QueuedDelivery): Promise<boolean> {
    const turnId = await this.options.outbox.sendQueued(sent, how)
    if (turnId !== undefined) this.follow(sent, turnId)
    return turnId !== undefined
  }

  /** A turn that took a message of ours. */
  follow(sent: SentTurn, turnId: string): void {
    const entry = { sent, turnId }
    this.running.add(entry)
    sent.started(turnId)
    if (sent.settleIfEnded(turnId)) this.running.delete(entry)
    else if (sent.interruptWanted) void this.interruptTurn(turnId).catch(() => undefined)
  }

  /** Interrupts the turn that runs, and those of messages whose turn has no name yet. */
  async interrupt(): Promise<void> {
    const { feed, outbox } = this.options
    for (const sent of outbox.pending) sent.interruptWanted = true
    const active = activeTurn(feed.state)
    if (!active) return
    outbox.leave(active.id)
    await this.interruptTurn(active.id)
  }

  /** Tells those whose turn has ended, by the state. */
  settle(turnId?: string): void {
    for (const entry of this.running) {
      if (turnId !== undefined && entry.turnId !== turnId) continue
      if (entry.sent.settleIfEnded(entry.turnId)) this.running.delete(entry)
    }
  }

  /** There will be no news of any turn. */
  fail(error: Error): void {
    for (const { sent } of this.running) sent.fail(error)
    this.running.clear()
  }

  /** @throws AppServerError when Codex refuses again and again although the turn runs */
  private async interruptTurn(turnId: string): Promise<void> {
    const { feed, slot, threadId } = this.options
    for (let n = 1; activeTurn(feed.state)?.id === turnId; n += 1) {
      const client = await slot.next()
      try {
        await client.request('turn/interrupt', { threadId: threadId(), turnId })
        return
      } catch (error) {
        if (client.signal.aborted) await feed.changed()
        else if (n >= INTERRUPT_TRIES) throw error
        else await feed.changed(AbortSignal.timeout(50))
      }
    }
  }
}
