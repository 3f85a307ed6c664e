import {
  type Approval,
  type ApprovalDecision,
  type CloseReason,
  type Conversation,
  ConversationError,
  emptyConversation,
  Feed,
  type FeedOptions,
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
  private close: (reason: CloseReason) => void = () => undefined

  constructor(options: FeedOptions = {}) {
    this.published = new Feed(emptyConversation('thread', '/work'), options)
    this.closed = new Promise((resolve) => (this.close = resolve))
  }

  get state() {
    return this.published.state
  }

  send(text: string, { clientId = 'none' }: SendOptions = {}): TurnHandle {
    if (this.gate === 'closed') {
      const cause = Object.assign(new Error('no user namespaces'), { remedy: 'Allow user namespaces.' })
      return refusedTurn(new ConversationError('gate-closed', 'the gate is closed', { cause }))
    }
    if (this.broken) return refusedTurn(this.broken)
    this.turns += 1
    const turnId = `turn-${this.turns}`
    this.published.publish({ type: 'turn-started', turn: { id: turnId, status: 'in-progress', items: [] } })
    const item = { id: `item-${this.turns}`, phase: 'done', type: 'user-message', text, clientId } as const
    this.published.publish({ type: 'item-completed', turnId, item })
    return { turnId: Promise.resolve(turnId), text: noText(), result: new Promise(() => undefined) }
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
