import { ConfigError } from '../errors.ts'
import type { SeedLogin, SeedLoginFacts } from './seed-login.ts'

/** Any endpoint that speaks the Responses API. */
export interface ModelEndpoint {
  /** Up to and including the version, e.g. `https://models.example/v1`. */
  readonly baseUrl: string
  /** Sent as the bearer; kept in `auth.json`, never in an environment. @default none is sent */
  readonly key?: string
  /** @default gpt-5.5 */
  readonly model?: string
}

/** A login that is given with the session and lies nowhere else. */
export type GivenLogin = { readonly apiKey: string } | { readonly endpoint: ModelEndpoint } | 'in-terminal'

/**
 * Who pays: an OpenAI API key, an endpoint of one's own, whoever logs in later in the session's terminal, or a stored
 * login.
 */
export type Login = GivenLogin | SeedLogin

export function isSeedLogin(login: Login): login is SeedLogin {
  return typeof login === 'object' && 'begin' in login
}

export type GivenLoginFacts =
  | { readonly kind: 'api-key' }
  | { readonly kind: 'in-terminal' }
  | { readonly kind: 'endpoint'; readonly baseUrl: string; readonly model: string; readonly hasKey: boolean }

/** What of a login is no secret: enough to write the configuration anew. */
export type LoginFacts = GivenLoginFacts | SeedLoginFacts

export const DEFAULT_MODEL = 'gpt-5.5'

/** @throws ConfigError for an address that is none, or a key that can't be sent as a header. */
export function loginFacts(login: GivenLogin): GivenLoginFacts {
  if (login === 'in-terminal') return { kind: 'in-terminal' }
  if ('apiKey' in login) {
    assertKey('login.apiKey', login.apiKey)
    return { kind: 'api-key' }
  }
  const { baseUrl, key, model = DEFAULT_MODEL } = login.endpoint
  assertAddress('login.endpoint.baseUrl', baseUrl)
  if (key !== undefined) assertKey('login.endpoint.key', key)
  return { kind: 'endpoint', baseUrl, model, hasKey: key !== undefined }
}

/** @throws ConfigError */
export function assertAddress(field: string, address: string): void {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new ConfigError(field, 'an http(s) address', JSON.stringify(address))
  const { username, password } = new URL(address)
  if (username !== '' || password !== '')
    throw new ConfigError(field, 'an address without credentials; give the key as `key`', 'one with them')
}

function assertKey(field: string, key: string): void {
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ConfigError(field, 'visible ASCII without blanks', 'something else (not shown)')
}

/** The content of `auth.json`, or `undefined` when the login has no secret. */
export function renderAuth(login: GivenLogin): string | undefined {
  if (login === 'in-terminal') return undefined
  const key = 'apiKey' in login ? login.apiKey : login.endpoint.key
  return key === undefined ? undefined : `${JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: key })}\n`
}
