// The whole public surface of @x/agents; adding a line here is an API change. What is dear to load is behind subpaths.
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
export type { AgentSender, OutgoingMessage } from './driver/agent-sender.ts'
export { runAgentSession } from './driver/run-agent-session.ts'
export type { SessionBudgets } from './driver/session-budgets.ts'
export type {
  CallerMessages,
  CallOptions,
  HandedOver,
  ProgramMessage,
  SessionCallbacks,
} from './driver/session-callbacks.ts'
export { AgentSessionError, type AgentSessionErrorCode } from './driver/session-error.ts'
export type { AgentSessionOptions, SessionHooks, SessionStore } from './driver/session-options.ts'
export type { SessionOutcome, SessionPhase, SessionProblem } from './driver/session-outcome.ts'
export { renderContentDisposition } from './files/content-disposition.ts'
export { DENIED, offerFile, type OfferedFile, type OfferOptions } from './files/offer-file.ts'
export { receiveUpload, type Upload, type UploadOptions } from './files/receive-upload.ts'
export type { FileProgress, SessionContext } from './files/session-context.ts'
export type { SessionTask } from './journal/session-journal.ts'
export { keywordFeatures } from './keywords/features.ts'
export type { KeywordFeatures } from './keywords/features.ts'
export type { KeywordEvent } from './keywords/keyword-event.ts'
export type { LogPosition } from './keywords/log-position.ts'
export { parseKeywordLine } from './keywords/parse-keyword-line.ts'
export { readKeywordLog } from './keywords/read-keyword-log.ts'
export type { KeywordEntry, KeywordLogOptions } from './keywords/read-keyword-log.ts'
export type { PathGrant, PromptFacts, PromptSection, ResumeFacts } from './prompt/prompt-facts.ts'
export { renderPrompt } from './prompt/render-prompt.ts'
export type { PromptOptions } from './prompt/render-prompt.ts'
export { renderResumeLine } from './prompt/resume-line.ts'
export { quoteForgedSystem, renderSystemMessage, RESUME_NOTICE } from './prompt/system-message.ts'
export { installBrowserShims } from './shims/install-browser-shims.ts'
export type { BrowserShimOptions, BrowserShims } from './shims/install-browser-shims.ts'
