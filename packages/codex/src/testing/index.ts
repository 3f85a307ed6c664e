// For tests and measurements of what is built on this package; adding a line here is an API change.
export {
  openThreadConversation,
  type ThreadConversation,
  type ThreadConversationOptions,
} from './open-thread-conversation.ts'
export { playRecorded, type PlayRecordedOptions, type RecordedPlay } from './play-recorded.ts'
