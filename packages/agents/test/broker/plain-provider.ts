import type { BrokeredLogin, TokenProvider, TokenVerdict } from '../../src/broker/token-provider.ts'
import { renderBundle } from '../../src/seeds/seed-bundle.ts'
import type { SeedRecord } from '../../src/store/seed-record.ts'
import type { Store } from '../../src/store/store.ts'
import type { IssuedTokens } from '@x/fixtures'

export const OWNER = 'ada'
export const AGENT = 'plain'
const FILE = 'login.json'

type Answer = Readonly<Partial<Record<'access_token' | 'id_token' | 'refresh_token', string>>>

/** Logins as one file of JSON, renewed with a form. */
export function plainProvider(url: string): TokenProvider {
  return {
    parseLogin(files) {
      const login = JSON.parse(Buffer.from(files.get(FILE) ?? []).toString()) as IssuedTokens
      const { accessToken, idToken, refreshToken } = login
      return { accessToken, idToken, refreshToken, ...expiryOf(accessToken) } satisfies BrokeredLogin
    },
    renderLogin(files, tokens) {
      const before = JSON.parse(Buffer.from(files.get(FILE) ?? []).toString()) as IssuedTokens
      return new Map([...files, [FILE, Buffer.from(JSON.stringify({ ...before, ...tokens }))]])
    },
    renderRequest: (refreshToken) => ({
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }).toString(),
    }),
    parseAnswer: ({ status, body }) => verdictOf(status, body),
  }
}

function verdictOf(status: number, body: string): TokenVerdict {
  if (status === 401) return { type: 'refused', code: /refresh_token_\w+/.exec(body)?.[0] ?? 'invalid_grant' }
  if (status === 502) return { type: 'undecided', reason: 'status 502' }
  if (status !== 200) return { type: 'inconclusive', reason: `status ${status}` }
  const answer = JSON.parse(body) as Answer
  const { access_token: accessToken, id_token: idToken, refresh_token: refreshToken } = answer
  if (accessToken === undefined) return { type: 'unreadable', reason: 'no tokens' }
  const tokens = { accessToken, ...(idToken !== undefined && { idToken }) }
  return { type: 'granted', tokens: { ...tokens, ...(refreshToken !== undefined && { refreshToken }) } }
}

function expiryOf(token: string): { readonly expiresAt?: number } {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return { expiresAt: (JSON.parse(payload) as { readonly exp: number }).exp * 1_000 }
}

/** Keeps a login as a seed. */
export function insertLogin(store: Store, tokens: IssuedTokens): Promise<SeedRecord> {
  return store.seeds.insert({ owner: OWNER, name: 'work', agent: AGENT, content: [bundleOf(tokens)] })
}

export function bundleOf(tokens: IssuedTokens): Uint8Array {
  const files = new Map([[FILE, Buffer.from(JSON.stringify(tokens))]])
  return renderBundle({ agent: AGENT, manifestVersion: 1, files })
}

/** The refresh token that lies in the store. */
export async function storedToken(store: Store, key: SeedRecord): Promise<string> {
  const { content } = await store.seeds.read(key)
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  const text = Buffer.concat(pieces).toString()
  return (JSON.parse(text.slice(text.indexOf('\n') + 1)) as IssuedTokens).refreshToken
}
