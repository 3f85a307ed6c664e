import type { Approval, ApprovalDecision } from './approval.ts'
import type {
  ContextUse,
  Fault,
  Link,
  Notice,
  Plan,
  TokenUsage,
  Turn,
  TurnStatus,
} from './conversation-state.ts'
import type { Item } from './item.ts'
import type { ModelChoice } from './model-choice.ts'
import type { Question } from './question.ts'
import type { MessageQueue } from './queue.ts'
import type { SubAgent } from './sub-agent.ts'

/** Items whose text grows by deltas. */
export type DeltaKind = 'agent-message' | 'reasoning' | 'reasoning-detail' | 'plan' | 'command'

/** One fact about a conversation, in the order in which it became known. A turn's items may complete after the turn itself. */
export type ConversationEvent =
  | { readonly type: 'turn-started'; readonly turn: Turn }
  | {
      readonly type: 'turn-ended'
      readonly turnId: string
      readonly status: Exclude<TurnStatus, 'in-progress'>
      readonly error?: Fault
      /** Milliseconds since the epoch. */
      readonly endedAt?: number
    }
  /** `waiting` undefined: it no longer waits. */
  | { readonly type: 'turn-waiting'; readonly turnId: string; readonly waiting?: Fault }
  | { readonly type: 'turn-usage'; readonly turnId: string; readonly usage: TokenUsage }
  | { readonly type: 'turn-plan'; readonly turnId: string; readonly plan: Plan }
  | { readonly type: 'turn-diff'; readonly turnId: string; readonly diff: string }
  | { readonly type: 'item-started'; readonly turnId: string; readonly item: Item }
  /** Text added to the end of an item: an agent's message, its reasoning, a command's output. */
  | {
      readonly type: 'item-delta'
      readonly turnId: string
      readonly itemId: string
      readonly kind: DeltaKind
      readonly text: string
    }
  /** An item that is being made, whole, as it stands now; for those that grow by more than text. */
  | { readonly type: 'item-updated'; readonly turnId: string; readonly item: Item }
  | { readonly type: 'item-completed'; readonly turnId: string; readonly item: Item }
  | { readonly type: 'approval-requested'; readonly approval: Approval }
  | { readonly type: 'approval-resolved'; readonly approvalId: string; readonly decision?: ApprovalDecision }
  | { readonly type: 'question-asked'; readonly question: Question }
  | { readonly type: 'question-resolved'; readonly questionId: string }
  | { readonly type: 'queue-changed'; readonly queue: MessageQueue }
  | { readonly type: 'agent-changed'; readonly agent: SubAgent }
  | { readonly type: 'model-changed'; readonly model: ModelChoice }
  | { readonly type: 'context-used'; readonly context: ContextUse }
  | { readonly type: 'link-changed'; readonly link: Link }
  | { readonly type: 'notice'; readonly notice: Notice }
