import type { Store } from '@x/agents/store'

/** Whose logins they are, in every drill. */
export const OWNER = 'drill'

/** What lies in the store: the token that renews, and the one that sessions get. */
export interface StoredLogin {
  readonly refreshToken: string
  readonly accessToken: string
}

export async function storedLogin(store: Store, seedId: string): Promise<StoredLogin> {
  const { content } = await store.seeds.read({ owner: OWNER, seedId })
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  const token = (name: string): string => new RegExp(`"${name}": ?"([^"]+)"`).exec(text)?.[1] ?? ''
  return { refreshToken: token('refresh_token'), accessToken: token('access_token') }
}
