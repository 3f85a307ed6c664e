// The whole public surface; adding a line here is an API change.
export { connect, type ConnectOptions } from './connect.ts'
export type { AppServerClient } from './client.ts'
export type { CallOptions } from './wire/pending-requests.ts'
export { LEAVE_UNANSWERED, type ServerRequestContext } from './wire/server-requests.ts'
export { METHOD_TIMEOUTS_MS } from './method-timeouts.ts'
export { SAFE_ANSWERS, type SafeAnswers } from './safe-answers.ts'
export { isKnownNotification } from './known-notification.ts'

export type { CloseReason, ConnectionClosed, FrameChannel, FrameReader } from './transport/frame-channel.ts'
export { openWebSocketChannel, type WebSocketChannelOptions } from './transport/websocket.ts'
export { openLineChannel, type LineChannelStreams } from './transport/stdio.ts'

export {
  AppServerError,
  ConnectionClosedError,
  HandshakeError,
  ProtocolError,
  RequestTimeoutError,
  RpcError,
  type AppServerErrorCode,
} from './errors.ts'

export type {
  AnyNotification,
  ClientMethod,
  KnownNotification,
  ParamsOf,
  ResultOf,
  ServerNotificationMethod,
  ServerRequestMethod,
} from './method-types.ts'
export { CLIENT_METHODS, SERVER_NOTIFICATION_METHODS, SERVER_REQUEST_METHODS } from './_generated/methods.ts'

export { METHODS, PROTOCOL_VERSIONS } from './_generated/support.ts'
export {
  supports,
  type MethodFacts,
  type ProtocolVersion,
  type Stability,
  type SupportOptions,
} from './method-facts.ts'

/** Every type of the protocol under its own name: `protocol.ThreadResumeParams`. */
export type * as protocol from './_generated/protocol.ts'
export type {
  AskForApproval,
  ClientInfo,
  InitializeCapabilities,
  InitializeResponse,
  RequestId,
  SandboxPolicy,
  Thread,
  ThreadItem,
  ThreadStatus,
  ThreadTokenUsage,
  Turn,
  TurnError,
  TurnStatus,
  UserInput,
} from './_generated/protocol.ts'
