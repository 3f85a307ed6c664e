import type { Approval, ApprovalDecision } from './approval.ts'
import type { ConversationState, Fault, TurnStatus } from './conversation-state.ts'
import type { FeedCursor, FeedFrame } from './feed-frame.ts'
import type { Grant } from './item.ts'
import type { ModelChoice, ModelInfo } from './model-choice.ts'
import type { Question, QuestionAnswer } from './question.ts'

export interface TurnResult {
  readonly turnId: string
  readonly status: Exclude<TurnStatus, 'in-progress'>
  /** The agent's last message of the turn; empty when it said nothing. */
  readonly text: string
  /** Set when `status` is `failed`. */
  readonly error?: Fault
}

/** One turn that we asked for. There is nothing to close. */
export interface TurnHandle {
  /** Known once the agent has taken the message. Rejects as `result` does. */
  readonly turnId: Promise<string>
  /** What the agent says, as it says it, for one reader; it ends with the turn. Unread text is kept until the turn ends. */
  readonly text: AsyncIterable<string>
  /** Rejects only when the agent can't be reached any more, or refuses the message. A failed turn is a result. */
  readonly result: Promise<TurnResult>
}

export interface SendOptions {
  /** Stable name of this message, found again on the item. @default a random one */
  readonly clientId?: string
  /**
   * While a turn runs: `now` adds to it; `next` waits in the queue until it has ended.
   * @default 'now'
   */
  readonly when?: 'now' | 'next'
}

/** Why a conversation is over. */
export interface CloseReason {
  readonly reason: 'closed' | 'detached' | 'lost'
  /** For `lost`: what happened and what to do. */
  readonly fault?: Fault
}

/**
 * A live conversation with an agent, whichever it is. It survives broken links: `state.link` tells.
 */
export interface Conversation {
  /** The state up to now. */
  readonly state: ConversationState
  /**
   * Says something to the agent: starts a turn, or is taken into the one that runs.
   * @throws TypeError for an empty text
   */
  send(text: string, options?: SendOptions): TurnHandle
  /** Adds to the running turn. @throws ConversationError `no-active-turn` */
  steer(text: string, options?: SendOptions): Promise<void>
  /** Interrupts the running turn, also one whose start is still on its way. Does nothing when none runs. */
  interrupt(): Promise<void>
  /**
   * Answers an open approval. Approvals already answered elsewhere are left as they are.
   * @returns false when it was no longer open
   * @throws ConversationError `choice-not-offered`
   */
  answer(approvalId: string, decision: ApprovalDecision): Promise<boolean>
  /** The same for an open question. @throws ConversationError `choice-not-offered` for an answer that does not fit the question */
  answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean>
  /** Changes a message that waits in the queue. @returns false when it is no longer there @throws TypeError for an empty text */
  editQueued(messageId: string, text: string): Promise<boolean>
  /** Takes a message out of the queue; its turn's handle rejects with `withdrawn`. @returns false when it is no longer there */
  withdrawQueued(messageId: string): Promise<boolean>
  /** Sends a message of the queue now, into the turn that runs if there is one. @returns false when it is no longer there */
  sendQueued(messageId: string): Promise<boolean>
  /** What `chooseModel` can take. */
  models(options?: { readonly signal?: AbortSignal }): Promise<readonly ModelInfo[]>
  /** From the next turn on, for the rest of the session. `state.model` shows it. */
  chooseModel(choice: ModelChoice): Promise<void>
  /**
   * Allows, for the rest of the session, what the sandbox refused to the command `itemId`, and tells the agent to try again.
   * @returns the turn in which it does @throws ConversationError `not-grantable`
   */
  grant(itemId: string, grant: Grant): Promise<TurnHandle>
  /**
   * What a viewer reads: from `since` when that can be told without a gap, else from a snapshot.
   * A reader that is too slow gets a snapshot in place of what it missed. Ends when the conversation does, or `signal` aborts.
   */
  feed(options?: { readonly since?: FeedCursor; readonly signal?: AbortSignal }): AsyncIterable<FeedFrame>
  /** The same, each frame as the JSON that all viewers share. */
  encodedFeed(options?: { readonly since?: FeedCursor; readonly signal?: AbortSignal }): AsyncIterable<string>
  /** Calls `listener` for each approval that is open now or opened later. */
  onApproval(listener: (approval: Approval) => void): Disposable
  /** Calls `listener` for each question that is open now or opened later. */
  onQuestion(listener: (question: Question) => void): Disposable
  /** Resolves when the conversation is over; never rejects. */
  readonly closed: Promise<CloseReason>
}
