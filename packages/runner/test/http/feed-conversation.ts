import {
  type Approval,
  type ApprovalDecision,
  type CloseReason,
  type Conversation,
  ConversationError,
  emptyConversation,
  Feed,
  type FeedOptions,
  type Grant,
  type ModelChoice,
  type Question,
  type QuestionAnswer,
  type QueuedMessage,
  type SendOptions,
  type TurnHandle,
} from '@x/agents/conversation'

/** A conversation without an agent: the real feed, and an agent that answers nothing by itself. */
export class FeedConversation implements Conversation {
  readonly published: Feed
  readonly interrupts: number[] = []
  readonly closed: Promise<CloseReason>
  gate: 'open' | 'closed' = 'open'
  /** What stands in the way of the next message. */
  broken: Error | undefined
  turns = 0
  readonly answers: QuestionAnswer[] = []
  readonly grants: (readonly [itemId: string, grant: Grant])[] = []
  private close: (reason: CloseReason) => void = () => undefined

  constructor(options: FeedOptions = {}) {
    this.published = new Feed(emptyConversation('thread', '/work'), options)
    this.closed = new Promise((resolve) => (this.close = resolve))
  }

  get state() {
    return this.published.state
  }

  send(text: string, { clientId = 'none', when = 'now' }: SendOptions = {}): TurnHandle {
    if (this.gate === 'closed') {
      const cause = Object.assign(new Error('no user namespaces'), { remedy: 'Allow user namespaces.' })
      return refusedTurn(new ConversationError('gate-closed', 'the gate is closed', { cause }))
    }
    if (this.broken) return refusedTurn(this.broken)
    if (when === 'next' && this.state.turns.at(-1)?.status === 'in-progress') {
      this.requeue([...this.queued, { id: clientId, text, queuedAt: 1 }])
      return { turnId: this.withdrawn(clientId), text: noText(), result: new Promise(() => undefined) }
    }
    this.turns += 1
    const turnId = `turn-${this.turns}`
    this.published.publish({ type: 'turn-started', turn: { id: turnId, status: 'in-progress', items: [] } })
    const item = { id: `item-${this.turns}`, phase: 'done', type: 'user-message', text, clientId } as const
    this.published.publish({ type: 'item-completed', turnId, item })
    return { turnId: Promise.resolve(turnId), text: noText(), result: new Promise(() => undefined) }
  }

  /** As the agent's own: it rejects long after the message was taken. */
  private withdrawn(clientId: string): Promise<string> {
    return new Promise((_resolve, reject) => {
      this.onWithdrawn.set(clientId, () => reject(new ConversationError('withdrawn', 'taken out')))
    })
  }

  private readonly onWithdrawn = new Map<string, () => void>()

  private get queued(): readonly QueuedMessage[] {
    return this.state.queue.messages
  }

  private requeue(messages: readonly QueuedMessage[]): void {
    this.published.publish({ type: 'queue-changed', queue: { messages } })
  }

  async editQueued(id: string, text: string): Promise<boolean> {
    const known = this.queued.some((one) => one.id === id)
    this.requeue(this.queued.map((one) => (one.id === id ? { ...one, text } : one)))
    return known
  }

  async withdrawQueued(id: string): Promise<boolean> {
    const known = this.queued.some((one) => one.id === id)
    this.requeue(this.queued.filter((one) => one.id !== id))
    this.onWithdrawn.get(id)?.()
    return known
  }

  async sendQueued(id: string): Promise<boolean> {
    const message = this.queued.find((one) => one.id === id)
    if (!message) return false
    this.requeue(this.queued.filter((one) => one.id !== id))
    this.send(message.text, { clientId: id })
    return true
  }

  inquire(question: Question): void {
    this.published.publish({ type: 'question-asked', question })
  }

  async answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    const open = this.state.questions.find((question) => question.id === questionId)
    if (!open) return false
    if (answer.kind !== 'declined' && answer.kind !== open.kind)
      throw new ConversationError('choice-not-offered', 'not offered')
    this.answers.push(answer)
    this.published.publish({ type: 'question-resolved', questionId })
    return true
  }

  async models() {
    if (this.broken) throw this.broken
    return [
      {
        model: 'small',
        name: 'Small',
        description: 'Fast.',
        efforts: [{ effort: 'low', description: 'Thinks little.' }],
        defaultEffort: 'low',
        isDefault: true,
      },
    ]
  }

  async chooseModel(model: ModelChoice): Promise<void> {
    this.published.publish({ type: 'model-changed', model })
  }

  async grant(itemId: string, grant: Grant): Promise<TurnHandle> {
    if (itemId === 'none') throw new ConversationError('not-grantable', 'nothing stood in its way')
    this.grants.push([itemId, grant])
    return this.send('again', { clientId: 'grant' })
  }

  async steer(): Promise<void> {
    throw new ConversationError('no-active-turn', 'no turn runs')
  }

  async interrupt(): Promise<void> {
    this.interrupts.push(this.turns)
  }

  ask(approval: Approval): void {
    this.published.publish({ type: 'approval-requested', approval })
  }

  async answer(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    const open = this.state.approvals.find((approval) => approval.id === approvalId)
    if (!open) return false
    if (!open.choices.includes(decision)) throw new ConversationError('choice-not-offered', 'not offered')
    this.published.publish({ type: 'approval-resolved', approvalId, decision })
    return true
  }

  feed(options: Parameters<Conversation['feed']>[0] = {}) {
    return this.published.frames(options)
  }

  encodedFeed(options: Parameters<Conversation['feed']>[0] = {}) {
    return this.published.encoded(options)
  }

  onApproval(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  onQuestion(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  end(): void {
    this.published.end()
    this.close({ reason: 'closed' })
  }
}

function refusedTurn(error: Error): TurnHandle {
  const refused = Promise.reject(error)
  refused.catch(() => undefined)
  return { turnId: refused, text: noText(), result: refused }
}

async function* noText(): AsyncGenerator<string> {}
