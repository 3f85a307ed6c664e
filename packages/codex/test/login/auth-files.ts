/** A JWT whose signature nobody looks at. */
export function unsignedToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.signature`
}

export interface ChatGptFacts {
  readonly refreshToken?: string
  readonly lastRefresh?: string
  readonly user?: string
  readonly accountId?: string
}

/** What Codex writes after a login with ChatGPT. */
export function chatGptAuth(facts: ChatGptFacts = {}): object {
  const {
    refreshToken = 'rt-one',
    lastRefresh = '2026-11-01T10:00:00.123456789Z',
    user = 'user-1',
    accountId = 'account-1',
  } = facts
  const auth = { chatgpt_plan_type: 'pro', chatgpt_account_id: accountId, chatgpt_user_id: user }
  return {
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: {
      id_token: unsignedToken({
        email: 'ada@example.com',
        exp: 1_793_530_000,
        'https://api.openai.com/auth': auth,
      }),
      access_token: unsignedToken({ exp: 1_794_390_400, 'https://api.openai.com/auth': auth }),
      refresh_token: refreshToken,
      account_id: accountId,
    },
    last_refresh: lastRefresh,
  }
}
