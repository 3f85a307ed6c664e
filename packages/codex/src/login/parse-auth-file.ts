import { z } from 'zod'

const tokensSchema = z.looseObject({
  id_token: z.string().nullish(),
  access_token: z.string().nullish(),
  refresh_token: z.string().nullish(),
  account_id: z.string().nullish(),
})

const authSchema = z.looseObject({
  auth_mode: z.string().nullish(),
  OPENAI_API_KEY: z.string().nullish(),
  tokens: tokensSchema.nullish(),
  last_refresh: z.union([z.string(), z.number()]).nullish(),
})

const claimsSchema = z.looseObject({
  exp: z.number().optional().catch(undefined),
  sub: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  'https://api.openai.com/profile': z
    .looseObject({ email: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  'https://api.openai.com/auth': z
    .looseObject({
      chatgpt_plan_type: z.string().optional().catch(undefined),
      chatgpt_account_id: z.string().optional().catch(undefined),
      chatgpt_user_id: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

export interface ChatGptLogin {
  readonly kind: 'chatgpt'
  readonly idToken: string
  readonly accessToken: string
  /** Works once. */
  readonly refreshToken: string
  readonly accountId?: string
  /** Milliseconds since 1970. */
  readonly lastRefresh?: number
}

/**
 * What `auth.json` holds. `broken` is no JSON object, as a file is that is just being written; `none` is a whole file
 * with nobody logged in.
 */
export type AuthFile =
  | ChatGptLogin
  | { readonly kind: 'api-key'; readonly key: string }
  | { readonly kind: 'broken' }
  | { readonly kind: 'none' }
  | { readonly kind: 'other' }

/** Tells what a login is; never throws, and quotes nothing. */
export function parseAuthFile(bytes: Uint8Array): AuthFile {
  const json = parseObject(Buffer.from(bytes).toString('utf8'))
  if (json === undefined) return { kind: 'broken' }
  const parsed = authSchema.safeParse(json)
  if (!parsed.success) return { kind: 'other' }
  const { tokens, OPENAI_API_KEY: key, auth_mode: mode, last_refresh: refreshed } = parsed.data
  if (tokens == null && (key == null || key === '')) return { kind: 'none' }
  if (key != null && key !== '' && (tokens == null || mode === 'apikey')) return { kind: 'api-key', key }
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = tokens ?? {}
  if (!refreshToken && !accessToken) return { kind: 'none' }
  if (!idToken || !accessToken || !refreshToken) return { kind: 'other' }
  const accountId = tokens?.account_id
  const lastRefresh = parseInstant(refreshed)
  return {
    kind: 'chatgpt',
    idToken,
    accessToken,
    refreshToken,
    ...(accountId != null && accountId !== '' && { accountId }),
    ...(lastRefresh !== undefined && { lastRefresh }),
  }
}

/** What a token says about its bearer. */
export interface TokenClaims {
  readonly subject?: string
  readonly userId?: string
  readonly accountId?: string
  readonly name?: string
  readonly email?: string
  readonly plan?: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}

/** The claims of a JWT, whose signature nobody here can check; empty when it is none. */
export function parseTokenClaims(token: string): TokenClaims {
  const payload = parseObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const parsed = claimsSchema.safeParse(payload)
  if (!parsed.success) return {}
  const { sub, exp, name, email } = parsed.data
  const auth = parsed.data['https://api.openai.com/auth']
  const claims = {
    subject: sub,
    userId: auth?.chatgpt_user_id,
    accountId: auth?.chatgpt_account_id,
    name,
    email: email ?? parsed.data['https://api.openai.com/profile']?.email,
    plan: auth?.chatgpt_plan_type,
    expiresAt: exp === undefined ? undefined : exp * 1_000,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** RFC 3339 with any number of digits, or seconds or milliseconds since 1970. */
function parseInstant(value: string | number | null | undefined): number | undefined {
  if (value == null) return undefined
  const time = typeof value === 'string' ? Date.parse(value) : value < 1e11 ? value * 1_000 : value
  return Number.isFinite(time) ? time : undefined
}
