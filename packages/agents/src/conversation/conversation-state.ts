import type { Approval } from './approval.ts'
import type { Item } from './item.ts'

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
  readonly link: Link
  /** The newest 20. */
  readonly notices: readonly Notice[]
}

export function emptyConversation(threadId: string, cwd: string): ConversationState {
  return { threadId, cwd, turns: [], approvals: [], link: { state: 'live' }, notices: [] }
}
