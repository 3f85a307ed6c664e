import { createHash, timingSafeEqual } from 'node:crypto'

/** The one accepted key, or a function that decides (a rotating login in a test). */
export type ApiKeyCheck = string | ((bearer: string) => boolean)

/** Whether the `Authorization` header carries the key. Digests are compared, so neither content nor length shows in the time it takes. */
export function checkBearer(header: string | undefined, apiKey: ApiKeyCheck | undefined): boolean {
  if (apiKey === undefined) return true
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? ''
  if (typeof apiKey === 'function') return given !== '' && apiKey(given)
  return timingSafeEqual(digest(given), digest(apiKey))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
