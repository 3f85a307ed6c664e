// The whole public surface of @x/codex; adding a line here is an API change.
export { openSession } from './session/open-session.ts'
export { attachSession } from './session/attach-session.ts'
export { listSessions, removeSession, stopSession } from './session/list-sessions.ts'
export type { SessionRecord } from './session/list-sessions.ts'
export type { Session, SessionOptions, SessionPlace } from './session/session.ts'
export type {
  RestoreFrom,
  SessionSnapshots,
  SnapshotOptions,
  SnapshotOutcome,
} from './session/session-snapshots.ts'
export type { DynamicTool } from './conversation/dynamic-tools.ts'
export type { AttachOptions } from './session/attach-session.ts'
export type { EndOptions } from './session/list-sessions.ts'
export type { LoginOptions } from './session/session-login.ts'
export type { GivenLogin, Login, ModelEndpoint } from './login/login.ts'
export { openCodexLogins, type CodexLoginsOptions } from './login/codex-logins.ts'
export type {
  CodexLogins,
  GiveUpOptions,
  LoginMode,
  LoginPlace,
  LoginUse,
  SeedLogin,
  SeedLoginFacts,
  SeedLoginOptions,
  SeedWish,
} from './login/seed-login.ts'
export { CHATGPT_TOKEN_URL, createChatGptProvider } from './login/chatgpt-provider.ts'
export type { ChatGptProviderOptions } from './login/chatgpt-provider.ts'
export { renderBrokeredAuth } from './login/render-brokered-auth.ts'
export { codexSeedManifest } from './login/codex-seed-manifest.ts'
export { CHATGPT_URL, createCodexSeedManifest, OPENAI_API_URL } from './login/verify-login.ts'
export type { CodexSeedManifestOptions } from './login/verify-login.ts'
export { startLogin } from './login/start-login.ts'
export type { StartLoginOptions } from './login/start-login.ts'
export type { LoginAttempt } from './login/login-attempt.ts'
export type { LoginMethod } from './login/login-process.ts'
export type { Verification } from './login/parse-verification.ts'
export { quotasAfter, readAccount } from './login/read-account.ts'
export { codexSnapshotContent } from './snapshots/codex-snapshot-content.ts'
export { restoreSessionSnapshot } from './snapshots/restore-session-snapshot.ts'
export type { RestoreSessionSnapshotOptions } from './snapshots/restore-session-snapshot.ts'
export { takeSessionSnapshot } from './snapshots/take-session-snapshot.ts'
export type { TakeSessionSnapshotOptions } from './snapshots/take-session-snapshot.ts'
export type { Posture } from './posture/posture.ts'
export { provisionCodex } from './provision/provision-codex.ts'
export type { Installation, ProvisionOptions } from './provision/provision-codex.ts'
export type { OnProgress } from './provision/progress.ts'
export { CODEX_VERSIONS, NEWEST_CODEX } from './provision/releases.ts'
export type { CodexVersion } from './provision/releases.ts'
export { resolveCacheDir, resolveStateDir } from './home/x-directories.ts'
export { ConfigError, SessionError, toFault } from './errors.ts'
export type { SessionErrorCode } from './errors.ts'
