import { foldFrame } from '@x/agents/conversation'
import type {
  ApprovalDecision,
  ConversationState,
  FeedCursor,
  FeedView,
  Grant,
  ModelChoice,
  ModelInfo,
  QuestionAnswer,
} from '@x/agents/conversation'
import type { Api } from './api.ts'
import { FeedConnection } from './feed-connection.ts'
import type { ConnectionStatus, FeedSocket } from './feed-connection.ts'
import type { FrameSchedule } from './frame-schedule.ts'
import { stillPending } from './outbox.ts'
import type { PendingMessage } from './outbox.ts'
import { parseFrame } from './parse-frame.ts'
import { Store } from './store.ts'
import type { Timers } from './timers.ts'

/** Frames that may wait for the next paint; more are folded at once. */
const MAX_WAITING = 512

/** What a page knows of one session. */
export interface SessionView {
  /** Undefined until the first snapshot came. Kept when the connection goes. */
  readonly conversation: ConversationState | undefined
  readonly connection: ConnectionStatus
  readonly outbox: readonly PendingMessage[]
}

export interface SessionStoreOptions {
  readonly id: string
  readonly api: Api
  readonly openSocket: (since: FeedCursor | undefined) => FeedSocket
  readonly timers: Timers
  readonly frames: FrameSchedule
  readonly random: () => number
  readonly onLoggedOut: () => void
}

/** One session as the page sees it: its feed, folded once per frame, and what a person can do in it. */
export class SessionStore {
  readonly id: string
  readonly view = new Store<SessionView>({
    conversation: undefined,
    connection: { state: 'closed', reason: 'idle' },
    outbox: [],
  })
  private readonly options: SessionStoreOptions
  private readonly connection: FeedConnection
  private folded: FeedView | undefined
  private waiting: string[] = []
  private viewers = 0
  private sending: Promise<unknown> = Promise.resolve()

  constructor(options: SessionStoreOptions) {
    const { id, openSocket, timers, random, onLoggedOut } = options
    this.id = id
    this.options = options
    this.connection = new FeedConnection({
      openSocket: () => openSocket(this.folded?.cursor),
      onMessage: (text) => this.receive(text),
      onStatus: (status) => {
        this.flush()
        this.change({ connection: status })
        if (status.state === 'closed' && status.reason === 'logged-out') onLoggedOut()
      },
      timers,
      random,
    })
  }

  /** Follows the session until the returned function is called; several viewers share one connection. */
  readonly watch = (): (() => void) => {
    this.viewers += 1
    this.connection.open()
    return () => {
      this.viewers -= 1
      if (this.viewers === 0) this.connection.close()
    }
  }

  /** Connects again after an end, for those who watch: the server has the session after all. */
  resume(): void {
    if (this.viewers > 0) this.connection.open()
  }

  /** The network is back, or somebody looks again. */
  wake(): void {
    this.connection.wake()
  }

  /**
   * Says something to the agent. It shows at once, and is withdrawn when it could not be sent. Messages leave in the
   * order in which they were sent here.
   * @throws RequestError
   */
  async send(message: Omit<PendingMessage, 'turnId'>): Promise<void> {
    const { clientId } = message
    this.change({ outbox: [...this.view.read().outbox, message] })
    try {
      const sent = this.sending.then(() => this.options.api.send(this.id, message))
      this.sending = sent.catch(() => undefined)
      const turnId = await sent
      if (turnId !== undefined)
        this.editOutbox((one) => (one.clientId === clientId ? { ...one, turnId } : one))
    } catch (error) {
      this.editOutbox((one) => (one.clientId === clientId ? undefined : one))
      throw error
    }
  }

  /** Changes a message that waits in the queue. @returns false when it waits no longer. @throws RequestError */
  async editQueued(messageId: string, text: string): Promise<boolean> {
    return this.options.api.editQueued(this.id, messageId, text)
  }

  /** Takes a message out of the queue. @returns false when it waits no longer. @throws RequestError */
  async withdrawQueued(messageId: string): Promise<boolean> {
    return this.options.api.withdrawQueued(this.id, messageId)
  }

  /** Sends a message of the queue now. @returns false when it waits no longer. @throws RequestError */
  async sendQueued(messageId: string): Promise<boolean> {
    return this.options.api.sendQueued(this.id, messageId)
  }

  /** Stops the running turn. @throws RequestError */
  async interrupt(): Promise<void> {
    await this.options.api.interrupt(this.id)
  }

  /** @returns false when it had been answered elsewhere. @throws RequestError */
  async answer(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
    return this.options.api.answer(this.id, approvalId, decision)
  }

  /** @returns false when it had been answered elsewhere. @throws RequestError */
  async answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    return this.options.api.answerQuestion(this.id, questionId, answer)
  }

  /** Allows what the sandbox refused to the command `itemId`, and has it tried again. @throws RequestError */
  async grant(itemId: string, grant: Grant): Promise<void> {
    await this.options.api.grant(this.id, itemId, grant)
  }

  /** What `chooseModel` can take. @throws RequestError */
  async models(): Promise<readonly ModelInfo[]> {
    return this.options.api.models(this.id)
  }

  /** From the next turn on. @throws RequestError */
  async chooseModel(choice: ModelChoice): Promise<void> {
    await this.options.api.chooseModel(this.id, choice)
  }

  private receive(text: string): void {
    this.waiting.push(text)
    if (this.waiting.length >= MAX_WAITING) this.flush()
    else if (this.waiting.length === 1) this.options.frames(() => this.flush())
  }

  private flush(): void {
    const waiting = this.waiting
    this.waiting = []
    for (const text of waiting) {
      const frame = parseFrame(text)
      const next = frame && foldFrame(this.folded, frame)
      if (!next) {
        // A gap or nonsense: what we have can't be continued, so the next attempt asks for the whole.
        this.folded = undefined
        this.connection.restart()
        return
      }
      this.folded = next
    }
    if (waiting.length === 0 || !this.folded) return
    this.connection.confirm()
    const conversation = this.folded.state
    this.change({ conversation, outbox: stillPending(this.view.read().outbox, conversation) })
  }

  private editOutbox(edit: (message: PendingMessage) => PendingMessage | undefined): void {
    const { conversation, outbox } = this.view.read()
    const next = outbox.map(edit).filter((message) => message !== undefined)
    this.change({ outbox: conversation ? stillPending(next, conversation) : next })
  }

  private change(part: Partial<SessionView>): void {
    this.view.write({ ...this.view.read(), ...part })
  }
}
