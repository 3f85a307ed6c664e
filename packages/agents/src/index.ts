// The whole public surface of @x/agents; adding a line here is an API change. What runs is behind subpaths.
export type { Approval, ApprovalDecision } from './conversation/approval.ts'
export type {
  CloseReason,
  Conversation,
  SendOptions,
  TurnHandle,
  TurnResult,
} from './conversation/conversation.ts'
export type { ConversationEvent, DeltaKind } from './conversation/conversation-event.ts'
export type {
  ConversationState,
  Fault,
  Link,
  Notice,
  TokenUsage,
  Turn,
  TurnStatus,
} from './conversation/conversation-state.ts'
export type { FeedCursor, FeedFrame } from './conversation/feed-frame.ts'
export type {
  AgentMessage,
  Command,
  FileChange,
  Item,
  ItemPhase,
  OtherItem,
  Reasoning,
  UserMessage,
} from './conversation/item.ts'
export type { SessionStatus, SessionSummary } from './conversation/session-summary.ts'
