import type { ConversationState, Feed } from '@x/agents/conversation'
import type { ClientSlot } from './client-slot.ts'
import { activeTurn, type Outbox, type QueuedDelivery } from './outbox.ts'
import type { SentTurn } from './sent-turn.ts'

export interface OwnTurnsOptions {
  readonly feed: Feed
  readonly slot: ClientSlot
  readonly outbox: Outbox
  readonly threadId: () => string
  /** A turn has ended without one of its messages: Codex has dropped that, and nobody else has it. */
  readonly onDropped: (sent: SentTurn) => void
}

interface RunningTurn {
  readonly sent: SentTurn
  readonly turnId: string
}

/** An interrupt can arrive before Codex has the turn in hand: it is then refused, and asked for again. */
const INTERRUPT_TRIES = 20

/** The turns that we asked for: from a message on its way to the end of its turn, or the interruption of it. */
export class OwnTurns {
  private readonly options: OwnTurnsOptions
  private readonly running = new Set<RunningTurn>()

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
    if (!this.finish(entry) && sent.interruptWanted) void this.interruptTurn(turnId).catch(() => undefined)
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
      this.finish(entry)
    }
  }

  /** @returns false while the turn runs */
  private finish(entry: RunningTurn): boolean {
    const { sent, turnId } = entry
    if (!sent.settleIfEnded(turnId)) return false
    this.running.delete(entry)
    if (isDropped(this.options.feed.state, turnId, sent.clientId)) this.options.onDropped(sent)
    return true
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

/**
 * A turn that is interrupted before Codex has come to a message, its first one too, ends without it, and the message is
 * in no history (both versions). Of a turn that was completed there is nothing to suspect.
 */
function isDropped(state: ConversationState, turnId: string, clientId: string): boolean {
  const status = state.turns.find((turn) => turn.id === turnId)?.status
  if (status !== 'interrupted' && status !== 'failed') return false
  return !state.turns.some((turn) =>
    turn.items.some((item) => item.type === 'user-message' && item.clientId === clientId),
  )
}
