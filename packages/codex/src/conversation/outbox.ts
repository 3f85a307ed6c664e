import { ConversationError, type ConversationState, type Feed, type Turn } from '@x/agents/conversation'
import {
  AppServerError,
  RequestTimeoutError,
  RpcError,
  type AppServerClient,
  type Turn as CodexTurn,
} from '@x/codex-appserver'
import type { ClientSlot } from './client-slot.ts'
import type { Models } from './models.ts'
import type { SentTurn } from './sent-turn.ts'

/** A message that was handed to a running turn; which turn. */
export interface SteeredMessage {
  readonly clientId: string
  readonly turnId: string
  /** Absent when it is too long to be kept twice. */
  readonly text?: string | undefined
}

export interface OutboxOptions {
  readonly threadId: () => string
  readonly feed: Feed
  readonly slot: ClientSlot
  /** Opens when the session may take turns; rejects when it may not. */
  readonly gate: Promise<void>
  /** Told before the first message leaves, so that it is known on disk that there is something to lose. */
  readonly onFirstMessage: () => Promise<void>
  /** What an earlier keeper of the session has handed to turns that may still run. */
  readonly steered: readonly SteeredMessage[]
  /** Told, to be kept on disk, before a message is handed to a running turn. */
  readonly onSteer: (message: SteeredMessage) => Promise<void>
  /** A turn has been made for a message. */
  readonly onTurn: (turn: CodexTurn) => void
  /** What the turns that begin from now on are to have beside their message. */
  readonly models?: Pick<Models, 'settings' | 'taken'>
}

/** How a message of the queue leaves. */
export interface QueuedDelivery {
  /** It may have left before: it is looked for first. */
  readonly uncertain: boolean
  /** Whether it may be added to a turn that runs. */
  readonly joins: boolean
  /** Asked right before it leaves. False: it is not ours to send any more. */
  readonly claim: () => Promise<boolean>
}

/** UTF-16 units of a message that is kept until it is in the history: the record, with twenty of them, stays small. */
const MAX_KEPT_TEXT = 8_192
/** How long a turn that is ending, or a message that is arriving, is waited for before the state is believed. */
const SETTLE_MS = 1_000
/** How long a turn that is being interrupted is left alone. */
const ENDING_MS = 5_000
/** A turn that has a name is not yet one that can be added to: it takes some milliseconds, or seconds on a busy machine. */
const STEER_PATIENCE_MS = 20_000
const STEER_WAIT_MS = 50

/**
 * Messages on their way to Codex, one after the other.
 *
 * A message whose fate a broken connection took with it is looked for in the history by its client id, and sent again
 * only when it is not there. One that was handed to a running turn may be in Codex's hands and in no history until the
 * turn comes to it (0.142.5: when its answer is whole), so it is looked for until that turn has ended.
 */
export class Outbox {
  private readonly options: OutboxOptions
  private readonly unsent = new Set<SentTurn>()
  private readonly ending = new Set<string>()
  private readonly steered: Map<string, string>
  private tail: Promise<void> = Promise.resolve()
  private spoken: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.options = options
    this.steered = new Map(options.steered.map(({ clientId, turnId }) => [clientId, turnId]))
  }

  /** Resolves with the turn that took the message. */
  async send(sent: SentTurn): Promise<string> {
    const turnId = await this.enqueue(sent, {
      uncertain: false,
      joins: true,
      claim: () => Promise.resolve(true),
    })
    if (turnId === undefined) throw new Error('a message that is ours and may join any turn was not sent')
    return turnId
  }

  /** The same for a message of the queue; `undefined` when it was left where it is. */
  sendQueued(sent: SentTurn, how: QueuedDelivery): Promise<string | undefined> {
    return this.enqueue(sent, how)
  }

  private enqueue(sent: SentTurn, how: QueuedDelivery): Promise<string | undefined> {
    this.unsent.add(sent)
    const delivered = this.tail.then(() => this.deliver(sent, how)).finally(() => this.unsent.delete(sent))
    this.tail = delivered.then(
      () => undefined,
      () => undefined,
    )
    return delivered
  }

  /** No message is on its way. */
  get isEmpty(): boolean {
    return this.unsent.size === 0
  }

  /** Messages whose turn has no name yet. */
  get pending(): Iterable<SentTurn> {
    return this.unsent
  }

  /** The turn is being interrupted: what is sent from now on is not meant for it. */
  leave(turnId: string): void {
    this.ending.add(turnId)
  }

  private async deliver(sent: SentTurn, how: QueuedDelivery): Promise<string | undefined> {
    const { gate, slot, onFirstMessage } = this.options
    await gate.catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : 'the session is not ready'
      throw new ConversationError('gate-closed', why, { cause })
    })
    await this.tellFirst(onFirstMessage)
    let uncertain = how.uncertain || this.steered.has(sent.clientId)
    for (;;) {
      const client = await slot.next()
      const known = uncertain ? await this.findTurn(sent) : undefined
      if (known !== undefined) return known
      if (!how.joins && (await this.turnToJoin())) return undefined
      if (!(await how.claim())) return undefined
      try {
        const turnId = await this.request(client, sent)
        if (sent.interruptWanted) this.leave(turnId)
        return turnId
      } catch (error) {
        if (error instanceof RpcError || !(error instanceof AppServerError)) throw error
        uncertain = true
        // Nobody can tell whether it was taken: a connection that is made anew asks the thread.
        if (error instanceof RequestTimeoutError) await client.close()
        if (slot.current === client) await client.closed
      }
    }
  }

  /** Once; but what failed, on a full disk for example, is tried again with the next message. */
  private async tellFirst(onFirstMessage: () => Promise<void>): Promise<void> {
    try {
      await (this.spoken ??= onFirstMessage())
    } catch (error) {
      this.spoken = undefined
      throw error
    }
  }

  private async request(client: AppServerClient, sent: SentTurn): Promise<string> {
    const { threadId, onTurn, models } = this.options
    const message = {
      threadId: threadId(),
      input: [{ type: 'text' as const, text: sent.message, text_elements: [] }],
      clientUserMessageId: sent.clientId,
    }
    const giveUpAt = performance.now() + STEER_PATIENCE_MS
    for (;;) {
      const active = await this.turnToJoin()
      if (!active) break
      await this.handOver(sent, active.id)
      try {
        const { turnId } = await client.request('turn/steer', { ...message, expectedTurnId: active.id })
        return turnId
      } catch (error) {
        // It has only just begun, or it has ended and its end is about to arrive.
        if (!(error instanceof RpcError) || isRefusedForGood(error) || performance.now() > giveUpAt)
          throw error
        await this.until((state) => activeTurn(state)?.id !== active.id, STEER_WAIT_MS)
      }
    }
    const settings = models?.settings() ?? {}
    const { turn } = await client.request('turn/start', { ...message, ...settings })
    models?.taken(settings)
    onTurn(turn)
    return turn.id
  }

  private async handOver({ clientId, message }: SentTurn, turnId: string): Promise<void> {
    if (this.steered.get(clientId) === turnId) return
    this.steered.set(clientId, turnId)
    await this.options.onSteer({
      clientId,
      turnId,
      ...(message.length <= MAX_KEPT_TEXT && { text: message }),
    })
  }

  /** The turn that runs, unless it was interrupted: that one is awaited. */
  private async turnToJoin(): Promise<Turn | undefined> {
    const active = activeTurn(this.options.feed.state)
    if (!active || !this.ending.has(active.id)) return active
    await this.until((state) => activeTurn(state)?.id !== active.id, ENDING_MS)
    return activeTurn(this.options.feed.state)
  }

  /** The turn that has the message; a turn that has just begun may not have recorded it yet. */
  private async findTurn(sent: SentTurn): Promise<string | undefined> {
    const find = (state: ConversationState): Turn | undefined =>
      state.turns.findLast((turn) =>
        turn.items.some((item) => item.type === 'user-message' && item.clientId === sent.clientId),
      )
    const into = this.steered.get(sent.clientId)
    const { feed } = this.options
    while (into !== undefined && !find(feed.state) && activeTurn(feed.state)?.id === into) {
      if (feed.state.link.state === 'ended') break
      await feed.changed()
    }
    await this.until((state) => find(state) !== undefined, SETTLE_MS)
    return find(this.options.feed.state)?.id
  }

  private async until(holds: (state: ConversationState) => boolean, timeoutMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs)
    while (!deadline.aborted && !holds(this.options.feed.state)) await this.options.feed.changed(deadline)
  }
}

/** The turn that runs now, whoever began it. */
export function activeTurn(state: ConversationState): Turn | undefined {
  return state.turns.findLast((turn) => turn.status === 'in-progress')
}

/** A review or a compaction takes nothing in, however long one waits. */
function isRefusedForGood({ data }: RpcError): boolean {
  return JSON.stringify(data ?? null).includes('"activeTurnNotSteerable"')
}
