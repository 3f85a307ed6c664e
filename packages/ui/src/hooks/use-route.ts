import { useMemo, useSyncExternalStore } from 'react'

/** What may stand beside a conversation. */
export const PANES = ['changes', 'terminal', 'details'] as const
export type PaneName = (typeof PANES)[number]

/** What the address names. The fragment holds it, so that any server that has the page has every address. */
export interface Route {
  readonly sessionId: string | undefined
  /** What stands in the place of a session. */
  readonly page: 'seeds' | undefined
  /** What stands beside the conversation, or in its place where there is room for one. */
  readonly pane: PaneName | undefined
  /** The turn whose changes are shown; without it the newest. */
  readonly turnId: string | undefined
  /** The item of the transcript that is led to. */
  readonly itemId: string | undefined
}

export type RouteParts = Partial<Omit<Route, 'sessionId' | 'page'>>

const NOWHERE: Route = {
  sessionId: undefined,
  page: undefined,
  pane: undefined,
  turnId: undefined,
  itemId: undefined,
}

/** The address of a session on this page, or of something in it. */
export function sessionHref(id: string, { pane, turnId, itemId }: RouteParts = {}): string {
  const turn = pane === 'changes' && turnId !== undefined ? `/${encodeURIComponent(turnId)}` : ''
  const path = `#/s/${encodeURIComponent(id)}${pane === undefined ? '' : `/${pane}${turn}`}`
  return itemId === undefined ? path : `${path}?item=${encodeURIComponent(itemId)}`
}

/** The address of the page without a session. */
export const HOME_HREF = '#/'

/** The address of the stored logins. */
export const SEEDS_HREF = '#/seeds'

/** Reads an address such as `#/s/<id>/changes/<turn>?item=<item>`. */
export function parseRoute(hash: string): Route {
  if (hash === SEEDS_HREF) return { ...NOWHERE, page: 'seeds' }
  const [, coded, paneName, turn, query = ''] =
    /^#\/s\/([^/?]+)(?:\/([a-z]+)(?:\/([^/?]+))?)?(?:\?(.*))?$/.exec(hash) ?? []
  if (coded === undefined) return NOWHERE
  const pane = PANES.find((name) => name === paneName)
  if (paneName !== undefined && pane === undefined) return NOWHERE
  const more = new URLSearchParams(query)
  try {
    return {
      sessionId: decodeURIComponent(coded),
      page: undefined,
      pane,
      turnId: turn === undefined || pane !== 'changes' ? undefined : decodeURIComponent(turn),
      itemId: more.get('item') ?? undefined,
    }
  } catch {
    return NOWHERE
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
