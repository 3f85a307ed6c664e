// The whole public surface of @x/agents/conversation: safe in a browser, so nothing here touches Node.
export type {
  AgentCall,
  AgentMessage,
  Command,
  Compaction,
  FileChange,
  Grant,
  Item,
  ItemPhase,
  OtherItem,
  Picture,
  ProposedPlan,
  Reasoning,
  Refusal,
  ToolCall,
  UserMessage,
  WebSearch,
} from './item.ts'
export type { Approval, ApprovalDecision } from './approval.ts'
export type {
  ElicitationQuestion,
  FormField,
  InputField,
  InputQuestion,
  PermissionQuestion,
  Question,
  QuestionAnswer,
} from './question.ts'
export type { MessageQueue, QueuedMessage } from './queue.ts'
export type { ModelChoice, ModelInfo } from './model-choice.ts'
export type { SubAgent } from './sub-agent.ts'
export type {
  ContextUse,
  ConversationState,
  Fault,
  Link,
  Notice,
  Plan,
  TokenUsage,
  Turn,
  TurnStatus,
} from './conversation-state.ts'
export { emptyConversation } from './conversation-state.ts'
export type { ConversationEvent, DeltaKind } from './conversation-event.ts'
export { foldConversation } from './fold-conversation.ts'
export { joinDeltas } from './join-deltas.ts'
export type { FeedCursor, FeedFrame } from './feed-frame.ts'
export { foldFrame } from './fold-frame.ts'
export type { FeedView } from './fold-frame.ts'
export { Feed } from './feed.ts'
export type { FeedOptions } from './feed.ts'
export { ConversationError } from '../errors.ts'
export type { ConversationErrorCode } from '../errors.ts'
export type { SessionStatus, SessionSummary } from './session-summary.ts'
export type { CloseReason, Conversation, SendOptions, TurnHandle, TurnResult } from './conversation.ts'
