export { describeConversationContract } from './describe-conversation-contract.ts'
export type { ConversationCues, ConversationStage } from './conversation-stage.ts'
