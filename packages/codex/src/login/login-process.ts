import type { SeedAccount } from '@x/agents/seeds'
import type { Verification } from './parse-verification.ts'

export type LoginMethod =
  | { readonly type: 'device-code' }
  /** Visible ASCII without blanks. */
  | { readonly type: 'api-key'; readonly key: string }

/** How long a device code is good; Codex itself waits no longer. In milliseconds. */
export const DEVICE_CODE_MS = 15 * 60_000

/** A Codex that is about to log in, in a home of its own. Disposing ends it; what it wrote stays. */
export interface LoginProcess extends AsyncDisposable {
  /** For a device code. */
  readonly verification?: Verification
  /** Resolves when `auth.json` holds the login. @throws SessionError `login-…`, `lost`, by rejecting */
  readonly done: Promise<void>
  /** What can be learnt about the account now. Never rejects. */
  readonly readAccount: () => Promise<SeedAccount>
}

/** What a Codex needs to log in. */
export interface LoginProcessOptions {
  readonly binary: string
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  /** Where people log in. */
  readonly issuer: string
  /** True when the issuer was named: then nothing else is asked, ChatGPT itself included. */
  readonly isOwnIssuer: boolean
  readonly signal: AbortSignal
}

/** What is said on the command line, so that no file has to: nothing of it is secret. */
export function configArguments({ issuer, isOwnIssuer }: LoginProcessOptions): readonly string[] {
  const settings = [
    'check_for_update_on_startup=false',
    'cli_auth_credentials_store="file"',
    'analytics.enabled=false',
    ...(isOwnIssuer ? [`chatgpt_base_url=${JSON.stringify(`${issuer}/backend-api`)}`] : []),
  ]
  return settings.flatMap((setting) => ['-c', setting])
}

/** The environment of Codex, with the addresses that an own issuer stands for. */
export function loginEnvironment({ env, issuer, isOwnIssuer }: LoginProcessOptions): Record<string, string> {
  if (!isOwnIssuer) return { ...env }
  return {
    ...env,
    CODEX_APP_SERVER_LOGIN_ISSUER: issuer,
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${issuer}/oauth/token`,
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${issuer}/oauth/revoke`,
  }
}
