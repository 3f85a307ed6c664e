export { ResponsesError, type ResponsesErrorCode } from './errors.ts'
export type {
  InputCall,
  InputItem,
  InputMessage,
  InputOther,
  InputOutput,
  MessageRole,
  ModelRequest,
  ToolOffer,
} from './model-request.ts'
export { lastUserText, toolOutputs, userTexts, type ToolOutput } from './read-request.ts'
export {
  scriptedModel,
  type FailStep,
  type ModelEvent,
  type ModelStep,
  type RespondContext,
  type ScriptedModel,
  type ScriptRule,
} from './scripted-model.ts'
export { chatModel } from './chat/chat-model.ts'
export {
  openResponsesServer,
  type ResponsesServer,
  type ResponsesServerOptions,
} from './open-responses-server.ts'
export type { ApiKeyCheck } from './server/check-bearer.ts'
export type { RecordedRequest } from './server/request-log.ts'
