export { ResponsesError, type ResponsesErrorCode } from './errors.ts'
export type {
  InputAgentMessage,
  InputCall,
  InputImage,
  InputItem,
  InputMessage,
  InputOther,
  InputOutput,
  MessageRole,
  ModelRequest,
  OutputSchema,
  RequestAgent,
  ToolOffer,
} from './model-request.ts'
export { inputImages, lastUserText, toolOutputs, userTexts, type ToolOutput } from './read-request.ts'
export {
  scriptedModel,
  type RespondContext,
  type Script,
  type ScriptedModel,
  type ScriptRule,
} from './scripted-model.ts'
export type { ScriptCondition } from './script/condition.ts'
export { parseScript } from './parse-script.ts'
export type { HeadStep, ModelEvent, ModelStep } from './model-step.ts'
export type { AgentStep } from './steps/agent.ts'
export type { AnswerStep } from './steps/answer.ts'
export type { CallStep, CustomStep } from './steps/call.ts'
export type { Streaming } from './steps/cut-text.ts'
export type { FailStep } from './steps/fail.ts'
export type { FloodStep } from './steps/flood.ts'
export { renderPatch, type FileChange, type PatchStep, type Replacement } from './steps/patch.ts'
export type { PlanEntry, PlanStep } from './steps/plan.ts'
export type { RateLimits, RateLimitWindow } from './steps/rate-limits.ts'
export type { SayStep } from './steps/say.ts'
export type { SummaryStep } from './steps/summary.ts'
export type { ThinkStep } from './steps/think.ts'
export type { UsageFigures } from './steps/usage.ts'
export { describeModel, type ModelDescription } from './describe-model.ts'
export { chatModel } from './chat/chat-model.ts'
export {
  openResponsesServer,
  type ResponsesServer,
  type ResponsesServerOptions,
} from './open-responses-server.ts'
export type { ApiKeyCheck } from './server/check-bearer.ts'
export type { RecordedRequest } from './server/request-log.ts'
