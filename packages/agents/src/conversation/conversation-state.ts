import type { Approval } from './approval.ts'
import type { Item } from './item.ts'
import type { ModelChoice } from './model-choice.ts'
import type { MessageQueue } from './queue.ts'
import type { Question } from './question.ts'
import type { SubAgent } from './sub-agent.ts'

/** What went wrong, for a person: the cause, and what to do about it. */
export interface Fault {
  readonly message: string
  readonly remedy?: string
}

export type TurnStatus = 'in-progress' | 'completed' | 'interrupted' | 'failed'

export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Of the input, what the model did not have to read again. */
  readonly cachedTokens?: number
}

/** How full the model's context is. */
export interface ContextUse {
  readonly usedTokens: number
  /** Absent when the agent does not know. */
  readonly windowTokens?: number
  /** Of the whole conversation, also what was shortened away. */
  readonly totalTokens: number
}

/** What the agent means to do in a turn, and how far it is. */
export interface Plan {
  readonly explanation?: string
  readonly steps: readonly {
    readonly text: string
    readonly status: 'pending' | 'in-progress' | 'completed'
  }[]
}

export interface Turn {
  readonly id: string
  readonly status: TurnStatus
  readonly items: readonly Item[]
  /** Why it failed. */
  readonly error?: Fault
  /** The turn goes on but waits for something outside, for example the network. */
  readonly waiting?: Fault
  /** Milliseconds since the epoch. */
  readonly startedAt?: number
  readonly endedAt?: number
  readonly usage?: TokenUsage
  readonly plan?: Plan
  /** Everything that the turn has changed in files so far, as one unified diff. */
  readonly diff?: string
}

/** How we stand to the running agent. `ended` is final. */
export type Link =
  | { readonly state: 'live' }
  | { readonly state: 'reconnecting'; readonly attempt: number; readonly reason: string }
  | { readonly state: 'ended'; readonly fault?: Fault }

/** Something the agent's program wants a person to know. */
export interface Notice {
  readonly id: string
  readonly level: 'info' | 'warning'
  readonly message: string
}

/** Everything that a viewer needs to draw a conversation. Immutable; `foldConversation` makes the next one. */
export interface ConversationState {
  /** The agent's own name for the thread of turns. */
  readonly threadId: string
  readonly cwd: string
  /** Oldest first. */
  readonly turns: readonly Turn[]
  /** Open ones only, oldest first. */
  readonly approvals: readonly Approval[]
  /** Open ones only, oldest first. */
  readonly questions: readonly Question[]
  readonly queue: MessageQueue
  /** The newest 100, oldest first. */
  readonly agents: readonly SubAgent[]
  /** Absent until the agent has said so. */
  readonly model?: ModelChoice
  readonly context?: ContextUse
  readonly link: Link
  /** The newest 20. */
  readonly notices: readonly Notice[]
}

export function emptyConversation(threadId: string, cwd: string): ConversationState {
  return {
    threadId,
    cwd,
    turns: [],
    approvals: [],
    questions: [],
    queue: { messages: [] },
    agents: [],
    link: { state: 'live' },
    notices: [],
  }
}
