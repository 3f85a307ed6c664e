import type { Feed, TurnHandle, TurnResult } from '@x/agents/conversation'

/**
 * One message of ours and the turn that it led to.
 *
 * `waiting` until Codex has named the turn, then `running` until the turn has ended or the conversation is over.
 */
export class SentTurn implements TurnHandle {
  readonly turnId: Promise<string>
  readonly result: Promise<TurnResult>
  /** Set when the person interrupted before Codex had named the turn. */
  interruptWanted = false
  /** May be changed until it is sent. */
  message: string
  readonly clientId: string
  private readonly feed: Feed
  private name!: (turnId: string) => void
  private finish!: (result: TurnResult) => void
  private refuseName!: (reason: unknown) => void
  private refuseResult!: (reason: unknown) => void

  constructor(feed: Feed, message: string, clientId: string) {
    this.feed = feed
    this.message = message
    this.clientId = clientId
    this.turnId = new Promise((resolve, reject) => {
      this.name = resolve
      this.refuseName = reject
    })
    this.result = new Promise((resolve, reject) => {
      this.finish = resolve
      this.refuseResult = reject
    })
    // Whoever does not look at a promise is not to be ended by it.
    this.turnId.catch(() => undefined)
    this.result.catch(() => undefined)
  }

  /** The turn has a name: from here on its end is looked for in the state. */
  started(turnId: string): void {
    this.name(turnId)
    this.settleIfEnded(turnId)
  }

  /** Resolves the result when the state says that the turn is over. */
  settleIfEnded(turnId: string): boolean {
    const turn = this.feed.state.turns.find((one) => one.id === turnId)
    if (!turn || turn.status === 'in-progress') return false
    const said = turn.items.findLast((item) => item.type === 'agent-message')
    this.finish({
      turnId,
      status: turn.status,
      text: said?.type === 'agent-message' ? said.text : '',
      ...(turn.error && { error: turn.error }),
    })
    return true
  }

  fail(reason: unknown): void {
    this.refuseName(reason)
    this.refuseResult(reason)
  }

  /**
   * Read from the state, so that nothing is kept for a reader who never comes. An item whose beginning was missed
   * shows no text until it is whole: what is yielded is always a piece of the answer as it will stand.
   */
  get text(): AsyncIterable<string> {
    return this.read()
  }

  private async *read(): AsyncGenerator<string, void> {
    const turnId = await this.turnId
    const over = new AbortController()
    const end = (): void => over.abort()
    this.result.then(end, end)
    const yielded = new Map<string, number>()
    for (;;) {
      const turn = this.feed.state.turns.find((one) => one.id === turnId)
      for (const item of turn?.items ?? []) {
        if (item.type !== 'agent-message') continue
        const known = yielded.get(item.id)
        if (item.text.length <= (known ?? 0)) continue
        const separator = known === undefined && yielded.size > 0 ? '\n\n' : ''
        yielded.set(item.id, item.text.length)
        yield separator + item.text.slice(known ?? 0)
      }
      if (over.signal.aborted) return
      await this.feed.changed(over.signal)
    }
  }
}
