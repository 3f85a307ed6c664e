import type { SeedFiles } from '../seeds/manifest.ts'

/** What a session gets. */
export interface AccessTokens {
  readonly accessToken: string
  readonly idToken?: string
  /** Milliseconds since 1970; without it, the token counts as good until a session asks for another. */
  readonly expiresAt?: number
}

/** What lies in a seed. The refresh token works once, and leaves the broker towards the provider alone. */
export interface BrokeredLogin extends AccessTokens {
  readonly refreshToken: string
}

/** What the provider has granted. What is left out stays what it was. */
export interface GrantedTokens {
  readonly accessToken: string
  readonly refreshToken?: string
  readonly idToken?: string
}

/** A POST to the provider's token endpoint. */
export interface TokenRequest {
  /** `https:`, or `http:` on loopback. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface TokenAnswer {
  readonly status: number
  readonly body: string
}

/** What an answer means. `code` and `reason` are for people and logs: one short line, nothing secret. */
export type TokenVerdict =
  | { readonly type: 'granted'; readonly tokens: GrantedTokens }
  /** The login will never be good again. */
  | { readonly type: 'refused'; readonly code: string }
  /** Nothing about the login, and nothing was done: too many requests, a server that takes none. It is tried again. */
  | { readonly type: 'inconclusive'; readonly reason: string }
  /**
   * The server has failed while it was at it, and may have granted before that: the old token may be spent. It is shown
   * again only when a session needs a token, not ahead of time.
   */
  | { readonly type: 'undecided'; readonly reason: string }
  /** It looks granted and can't be read: the old token is probably spent, and the new one lost. */
  | { readonly type: 'unreadable'; readonly reason: string }

/** One kind of login, and the endpoint that renews it. Written by the agent's wrapper; pure, knows no store. */
export interface TokenProvider {
  /** @throws when there is no login that can be renewed; the message is not shown */
  readonly parseLogin: (files: SeedFiles) => BrokeredLogin
  /** The files with the new tokens in them. @param now milliseconds since 1970 */
  readonly renderLogin: (files: SeedFiles, tokens: GrantedTokens, now: number) => SeedFiles
  readonly renderRequest: (refreshToken: string) => TokenRequest
  readonly parseAnswer: (answer: TokenAnswer) => TokenVerdict
}
