import {
  type Approval,
  type ApprovalDecision,
  type Conversation,
  type ConversationEvent,
  type ConversationState,
  emptyConversation,
  Feed,
  type Grant,
  type ModelChoice,
  type Question,
  type QuestionAnswer,
  type QueuedMessage,
  type SendOptions,
  type TurnHandle,
} from '@x/agents/conversation'

/** A conversation whose agent says what the test tells it to: the feed and the fold are the real ones. */
export class ScriptedConversation implements Conversation {
  readonly published: Feed
  /** What the page has asked for, in order. */
  readonly asked: unknown[] = []
  readonly closed = new Promise<never>(() => undefined)

  constructor(initial: ConversationState = emptyConversation('thread-1', '/home/me/project')) {
    this.published = new Feed(initial)
  }

  get state(): ConversationState {
    return this.published.state
  }

  say(...events: readonly ConversationEvent[]): void {
    for (const event of events) this.published.publish(event)
  }

  send(text: string, { clientId = 'none', when = 'now' }: SendOptions = {}): TurnHandle {
    this.asked.push({ send: text, when })
    const running = this.state.turns.at(-1)?.status === 'in-progress'
    if (when === 'next' && running) {
      this.requeue([...this.queued, { id: clientId, text, queuedAt: Date.now() }])
      return handle(new Promise(() => undefined))
    }
    const turnId = running ? (this.state.turns.at(-1)?.id ?? '') : `turn-${this.state.turns.length + 1}`
    if (!running)
      this.say({
        type: 'turn-started',
        turn: { id: turnId, status: 'in-progress', items: [], startedAt: Date.now() },
      })
    this.say({
      type: 'item-completed',
      turnId,
      item: { id: `said ${clientId}`, phase: 'done', type: 'user-message', text, clientId },
    })
    return handle(Promise.resolve(turnId))
  }

  async steer(): Promise<void> {
    throw new Error('nobody steers here')
  }

  async interrupt(): Promise<void> {
    this.asked.push('interrupt')
    const turn = this.state.turns.at(-1)
    if (turn?.status !== 'in-progress') return
    this.say({ type: 'turn-ended', turnId: turn.id, status: 'interrupted', endedAt: Date.now() })
    if (this.queued.length > 0)
      this.say({ type: 'queue-changed', queue: { messages: this.queued, held: 'interrupted' } })
  }

  async answer(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    this.asked.push({ answer: approvalId, decision })
    const open = this.state.approvals.some(({ id }) => id === approvalId)
    this.say({ type: 'approval-resolved', approvalId, decision })
    return open
  }

  async answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    this.asked.push({ question: questionId, answer })
    const open = this.state.questions.some(({ id }) => id === questionId)
    this.say({ type: 'question-resolved', questionId })
    return open
  }

  async editQueued(id: string, text: string): Promise<boolean> {
    this.asked.push({ edit: text })
    const known = this.queued.some((one) => one.id === id)
    this.requeue(this.queued.map((one) => (one.id === id ? { ...one, text } : one)))
    return known
  }

  async withdrawQueued(id: string): Promise<boolean> {
    const known = this.queued.some((one) => one.id === id)
    this.requeue(this.queued.filter((one) => one.id !== id))
    return known
  }

  async sendQueued(id: string): Promise<boolean> {
    const message = this.queued.find((one) => one.id === id)
    if (!message) return false
    this.requeue(this.queued.filter((one) => one.id !== id))
    this.send(message.text, { clientId: id })
    return true
  }

  async models() {
    const efforts = ['low', 'medium', 'high'].map((effort) => ({ effort, description: `${effort} effort` }))
    return ['large', 'small'].map((model) => ({
      model,
      name: model === 'large' ? 'Large 5' : 'Small 5',
      description: '',
      efforts,
      defaultEffort: 'medium',
      isDefault: model === 'large',
    }))
  }

  async chooseModel(model: ModelChoice): Promise<void> {
    this.asked.push({ model })
    this.say({ type: 'model-changed', model })
  }

  async grant(itemId: string, grant: Grant): Promise<TurnHandle> {
    this.asked.push({ grant, itemId })
    return this.send('Try again.', { clientId: 'grant' })
  }

  feed(options: Parameters<Conversation['feed']>[0] = {}) {
    return this.published.frames(options)
  }

  encodedFeed(options: Parameters<Conversation['feed']>[0] = {}) {
    return this.published.encoded(options)
  }

  onApproval(_listener: (approval: Approval) => void): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  onQuestion(_listener: (question: Question) => void): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  private get queued(): readonly QueuedMessage[] {
    return this.state.queue.messages
  }

  private requeue(messages: readonly QueuedMessage[]): void {
    this.say({ type: 'queue-changed', queue: { messages } })
  }
}

function handle(turnId: Promise<string>): TurnHandle {
  return { turnId, text: silence(), result: new Promise(() => undefined) }
}

async function* silence(): AsyncGenerator<string> {}
