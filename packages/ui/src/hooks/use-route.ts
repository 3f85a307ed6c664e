import { useMemo, useSyncExternalStore } from 'react'

/** What the address names. The fragment holds it, so that any server that has the page has every address. */
export interface Route {
  readonly sessionId: string | undefined
}

/** The address of a session on this page. */
export function sessionHref(id: string): string {
  return `#/s/${encodeURIComponent(id)}`
}

/** The address of the page without a session. */
export const HOME_HREF = '#/'

/** Reads an address such as `#/s/<id>`. */
export function parseRoute(hash: string): Route {
  const [, coded] = /^#\/s\/([^/]+)$/.exec(hash) ?? []
  try {
    return { sessionId: coded === undefined ? undefined : decodeURIComponent(coded) }
  } catch {
    return { sessionId: undefined }
  }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, readHash, readHash)
  return useMemo(() => parseRoute(hash), [hash])
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

function readHash(): string {
  return location.hash
}
