export { describeConversationContract } from './describe-conversation-contract.ts'
export type { ConversationCues, ConversationStage } from './conversation-stage.ts'
export { describeStoreContract } from './store-contract.ts'
export { StageKeys, type StoreStage } from './store-contract-stage.ts'
