import { randomUUID } from 'node:crypto'
import {
  ConversationError,
  emptyConversation,
  Feed,
  type Approval,
  type ApprovalDecision,
  type CloseReason,
  type Conversation,
  type ConversationEvent,
  type ConversationState,
  type FeedFrame,
  type Grant,
  type ModelChoice,
  type ModelInfo,
  type Question,
  type QuestionAnswer,
  type SendOptions,
  type TurnHandle,
} from '@x/agents/conversation'
import { isKnownNotification, type AppServerClient, type KnownNotification } from '@x/codex-appserver'
import { ClientSlot } from './client-slot.ts'
import type { CodexConversationOptions } from './codex-conversation-options.ts'
import type { KnownThread } from './known-thread.ts'
import { mergeHistory } from './merge-history.ts'
import { Models } from './models.ts'
import { activeTurn, Outbox, type SteeredMessage } from './outbox.ts'
import { OwnTurns } from './own-turns.ts'
import { Queue } from './queue.ts'
import { Refusals } from './refusals.ts'
import { Requests } from './requests.ts'
import { contextFact } from './rollout-facts.ts'
import { SentTurn } from './sent-turn.ts'
import { refusedCommand, tellGrant } from './tell-grant.ts'
import { translateNotification } from './translate-notification.ts'
import { translateTurn } from './translate-turn.ts'

type FeedReading = NonNullable<Parameters<Conversation['feed']>[0]>

/**
 * The conversation on one thread, over any number of connections in sequence.
 *
 * Each connection is taken with `bind` before the thread is asked for, and counts once `hydrate` has given it the
 * thread's history; what arrives in between waits. `lost` gives it up. Messages wait for the next one.
 */
export class CodexConversation implements Conversation {
  readonly closed: Promise<CloseReason>
  private readonly options: CodexConversationOptions
  private readonly events: Feed
  private readonly requests: Requests
  private readonly slot = new ClientSlot()
  private readonly modelChoice: Models
  private readonly turns: OwnTurns
  readonly queue: Queue
  private readonly refusals: Refusals | undefined
  private readonly waitingTurns = new Set<string>()
  private threadId: string
  private held: KnownNotification[] | undefined
  private hydrated: () => void = () => undefined
  /** What an earlier keeper of the session had handed over. */
  private readonly inherited: SteeredMessage[]
  private over = false
  private resolveClosed!: (reason: CloseReason) => void

  constructor(options: CodexConversationOptions) {
    this.options = options
    this.threadId = options.threadId
    this.inherited = [...options.steered]
    this.events = new Feed(emptyConversation(options.threadId, options.cwd))
    this.closed = new Promise((resolve) => (this.resolveClosed = resolve))
    const shared = { feed: this.events, slot: this.slot, threadId: () => this.threadId }
    this.requests = new Requests({ ...options, ...shared })
    this.modelChoice = new Models({ ...options, ...shared })
    const outbox = new Outbox({
      ...options,
      ...shared,
      models: this.modelChoice,
      onTurn: (turn) => this.publish({ type: 'turn-started', turn: translateTurn(turn) }),
    })
    this.turns = new OwnTurns({ ...shared, outbox, onDropped: (sent) => void this.takeBack(sent) })
    this.refusals =
      options.refusals &&
      new Refusals({ ...options.refusals, feed: this.events, publish: (event) => this.publish(event) })
    this.queue = new Queue({
      feed: this.events,
      store: options.queue,
      deliver: (sent, how) => this.turns.deliverQueued(sent, how),
      follow: (sent, turnId) => this.turns.follow(sent, turnId),
      isFree: () =>
        !!this.slot.current && !activeTurn(this.state) && outbox.isEmpty && options.mayBegin?.() !== false,
    })
  }

  get state(): ConversationState {
    return this.events.state
  }

  /** @throws ConversationError `queue-full` */
  send(text: string, options: SendOptions = {}): TurnHandle {
    if (text.trim() === '') throw new TypeError('expected a message, got an empty text')
    const { clientId = randomUUID(), when = 'now' } = options
    const sent = new SentTurn(this.events, text, clientId)
    if (this.over) {
      sent.fail(new ConversationError('closed', 'the conversation is over'))
    } else if (when === 'next') {
      this.queue.add(sent)
    } else {
      this.deliver(sent)
    }
    return sent
  }

  async steer(text: string, options: SendOptions = {}): Promise<void> {
    if (!activeTurn(this.state))
      throw new ConversationError('no-active-turn', 'there is no running turn to add to')
    await this.send(text, options).turnId
  }

  interrupt(): Promise<void> {
    return this.turns.interrupt()
  }

  answer(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    return Promise.resolve().then(() => this.requests.answer(approvalId, decision))
  }

  answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    return this.requests.answerQuestion(questionId, answer)
  }

  async editQueued(messageId: string, text: string): Promise<boolean> {
    return this.queue.edit(messageId, text)
  }

  withdrawQueued(messageId: string): Promise<boolean> {
    return this.queue.withdraw(messageId)
  }

  sendQueued(messageId: string): Promise<boolean> {
    return this.queue.sendNow(messageId)
  }

  models({ signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly ModelInfo[]> {
    return this.modelChoice.list(signal)
  }

  chooseModel(choice: ModelChoice): Promise<void> {
    return this.modelChoice.choose(choice)
  }

  async grant(itemId: string, grant: Grant): Promise<TurnHandle> {
    const command = refusedCommand(this.state, itemId, grant)
    const { onGrant } = this.options
    if (!onGrant) throw new ConversationError('not-grantable', 'nothing can be granted here')
    if (this.requests.endangersGiven(grant))
      throw new ConversationError('not-grantable', 'it holds, or lies in, what was granted when asked for')
    const granted = await onGrant(await this.slot.next(), grant)
    const sent = new SentTurn(this.events, tellGrant(command, granted), randomUUID())
    // A turn that runs keeps the sandbox that it began with.
    if (activeTurn(this.state)) this.queue.add(sent, { first: true })
    else this.deliver(sent)
    return sent
  }

  feed(reading: FeedReading = {}): AsyncIterable<FeedFrame> {
    return this.events.frames(reading)
  }

  encodedFeed(reading: FeedReading = {}): AsyncIterable<string> {
    return this.events.encoded(reading)
  }

  onApproval(listener: (approval: Approval) => void): Disposable {
    return this.requests.onApproval(listener)
  }

  onQuestion(listener: (question: Question) => void): Disposable {
    return this.requests.onQuestion(listener)
  }

  /** Takes a new connection. Everything it tells is kept back until `hydrate`. */
  bind(client: AppServerClient): void {
    this.held = []
    client.onAnyNotification((notification) => {
      if (!isKnownNotification(notification)) return
      this.requests.observe(client, notification)
      // Codex tells the use of tokens when it has written down what the agent was told.
      if (notification.method === 'thread/tokenUsage/updated') this.refusals?.look()
      if (this.held) this.held.push(notification)
      else for (const event of this.translate(notification)) this.publish(event)
    })
    const hydrated = new Promise<void>((resolve) => (this.hydrated = resolve))
    this.requests.bind(client, hydrated)
    this.modelChoice.bind(client, hydrated)
  }

  /** Shows the thread as Codex tells it, and opens the connection to messages. */
  hydrate(client: AppServerClient, thread: KnownThread): void {
    const { threadId } = thread
    this.threadId = threadId
    const held = this.held ?? []
    this.held = undefined
    const events = held.flatMap((notification) => this.translate(notification))
    const { turns, isKnown } = mergeHistory(this.state.turns, thread.turns, events)
    this.waitingTurns.clear()
    const model = this.modelChoice.opened(thread.model)
    const context = contextFact(thread.rollout?.entries ?? [])
    this.events.reset({
      ...this.state,
      ...(model && { model }),
      ...(context && { context }),
      threadId,
      turns,
      approvals: [],
      questions: [],
      link: { state: 'live' },
    })
    this.refusals?.hydrated(thread.rollout?.reader, thread.rollout?.entries ?? [])
    // Told once more, now by the state that they change.
    for (const notification of held)
      for (const event of this.translate(notification)) if (!isKnown(event)) this.publish(event)
    this.turns.settle()
    for (const { clientId, turnId, text } of this.inherited.splice(0))
      if (text !== undefined && turns.some(({ id }) => id === turnId))
        this.turns.follow(new SentTurn(this.events, text, clientId), turnId)
    this.hydrated()
    this.slot.fill(client)
    this.queue.hydrated()
  }

  /** The connection, once there is one that may take messages; rejects when there will be none any more. */
  connected(): Promise<AppServerClient> {
    return this.slot.next()
  }

  /** The connection is gone; another one is on its way. */
  lost(attempt: number, reason: string): void {
    this.slot.empty()
    this.publish({ type: 'link-changed', link: { state: 'reconnecting', attempt, reason } })
  }

  /** It is over. Idempotent. */
  end(reason: CloseReason): void {
    if (this.over) return
    this.over = true
    const error = new ConversationError(
      'closed',
      reason.fault?.message ?? `the conversation was ${reason.reason}`,
    )
    this.slot.end(error)
    this.publish({
      type: 'link-changed',
      link: { state: 'ended', ...(reason.fault && { fault: reason.fault }) },
    })
    this.turns.fail(error)
    this.queue.end(error)
    this.requests.end()
    this.events.end()
    this.resolveClosed(reason)
  }

  private translate(notification: KnownNotification): readonly ConversationEvent[] {
    return translateNotification(this.threadId, notification, () => this.state)
  }

  /** Tells a person what is no part of the conversation. */
  warn(id: string, message: string): void {
    this.publish({ type: 'notice', notice: { id, message, level: 'warning' } })
  }

  private async takeBack(sent: SentTurn): Promise<void> {
    const { clientId, message } = sent
    try {
      await this.queue.takeBack(sent)
      await this.options.onReturned(clientId)
    } catch {
      // The queue is full, or its file can't be written: the words are shown all the same.
      this.warn(`dropped ${clientId}`, `Codex did not take in: ${message}`)
    }
  }

  private deliver(sent: SentTurn): void {
    void this.turns.deliver(sent)
    void this.queue.release().catch(() => undefined)
  }

  private publish(event: ConversationEvent): void {
    if ('turnId' in event && event.type !== 'turn-waiting' && this.waitingTurns.delete(event.turnId)) {
      this.events.publish({ type: 'turn-waiting', turnId: event.turnId })
    }
    if (event.type === 'turn-waiting' && event.waiting) this.waitingTurns.add(event.turnId)
    this.events.publish(event)
    if (event.type === 'turn-ended') {
      this.options.onTurnEnded()
      this.turns.settle(event.turnId)
    }
    this.queue.seen(event)
    this.refusals?.seen(event)
  }
}
