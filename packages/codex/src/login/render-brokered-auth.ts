import type { GrantedTokens } from '@x/agents/broker'

/**
 * What a session's `auth.json` holds in place of the login's own: the tokens of now, and the handle where the refresh
 * token stood. Nothing in it renews anything without the broker.
 * @param bytes a ChatGPT login
 */
export function renderBrokeredAuth(
  bytes: Uint8Array,
  grant: { readonly handle: string; readonly accessToken: string; readonly idToken?: string },
  now: number,
): Uint8Array {
  const { handle, accessToken, idToken } = grant
  const tokens = { accessToken, refreshToken: handle, ...(idToken !== undefined && { idToken }) }
  return withTokens(bytes, tokens, now)
}

/** The same login with other tokens, refreshed now; what is left out stays. @throws when it is no JSON object */
export function withTokens(bytes: Uint8Array, tokens: GrantedTokens, now: number): Uint8Array {
  const auth = JSON.parse(Buffer.from(bytes).toString('utf8')) as { readonly tokens?: object }
  const { accessToken, refreshToken, idToken } = tokens
  const changed = {
    ...auth,
    tokens: {
      ...auth.tokens,
      access_token: accessToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(idToken !== undefined && { id_token: idToken }),
    },
    last_refresh: new Date(now).toISOString(),
  }
  return Buffer.from(`${JSON.stringify(changed, undefined, 2)}\n`)
}
