import type { GrantedTokens, TokenAnswer, TokenProvider, TokenVerdict } from '@x/agents/broker'
import type { SeedFiles } from '@x/agents/seeds'
import { parseAuthFile, parseTokenClaims, type ChatGptLogin } from './parse-auth-file.ts'
import { parseTokenAnswer } from './parse-token-answer.ts'
import { assertPrivateUrl } from './private-url.ts'
import { withTokens } from './render-brokered-auth.ts'

const AUTH = '.codex/auth.json'
/** Codex's own, which the refresh tokens are bound to. */
const CLIENT_ID = 'app_EMoamEEZ73f0CkXaXp7hrann'

/** What says that this login will never be good again; everything else says nothing about it. */
const REFUSALS = new Set([
  'invalid_grant',
  'refresh_token_expired',
  'refresh_token_invalidated',
  'refresh_token_reused',
])

/** Where ChatGPT logins are renewed. */
export const CHATGPT_TOKEN_URL = 'https://auth.openai.com/oauth/token'

export interface ChatGptProviderOptions {
  /** The endpoint that renews; no default, so that nobody asks the real one by accident. {@link CHATGPT_TOKEN_URL} */
  readonly tokenUrl: string
}

/**
 * Renews ChatGPT logins as Codex itself does. What `auth.json` says besides the tokens stays as it was.
 * @throws ConfigError for an address that is none, or that a network could listen to
 */
export function createChatGptProvider({ tokenUrl }: ChatGptProviderOptions): TokenProvider {
  assertPrivateUrl('tokenUrl', tokenUrl)
  return {
    parseLogin(files) {
      const { accessToken, idToken, refreshToken } = loginIn(files)
      const { expiresAt } = parseTokenClaims(accessToken)
      return { accessToken, idToken, refreshToken, ...(expiresAt !== undefined && { expiresAt }) }
    },
    renderLogin(files, tokens, now) {
      loginIn(files)
      return new Map([...files, [AUTH, withTokens(files.get(AUTH) ?? new Uint8Array(), tokens, now)]])
    },
    renderRequest: (refreshToken) => ({
      url: tokenUrl,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        client_id: CLIENT_ID,
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      }),
    }),
    parseAnswer: verdictOf,
  }
}

function loginIn(files: SeedFiles): ChatGptLogin {
  const auth = parseAuthFile(files.get(AUTH) ?? new Uint8Array())
  if (auth.kind !== 'chatgpt') throw new TypeError('expected a ChatGPT login')
  return auth
}

function verdictOf({ status, body }: TokenAnswer): TokenVerdict {
  const answer = parseTokenAnswer(body)
  if (status >= 200 && status < 300) {
    const { accessToken, refreshToken, idToken } = answer
    if (accessToken === undefined) return { type: 'unreadable', reason: `status ${status} without a token` }
    const tokens: GrantedTokens = {
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
    }
    return { type: 'granted', tokens }
  }
  const isRefusal = status === 400 || status === 401
  if (isRefusal && answer.code !== undefined && REFUSALS.has(answer.code))
    return { type: 'refused', code: answer.code }
  // 503 takes no requests. The others have taken it, or stand before somebody who may have.
  const hasFailedOnTheWay = status >= 500 && status !== 503
  return { type: hasFailedOnTheWay ? 'undecided' : 'inconclusive', reason: `status ${status}` }
}
