import { useMemo, useSyncExternalStore } from 'react'

/** What may stand beside a conversation. */
export const PANES = ['changes', 'terminal', 'details'] as const
export type PaneName = (typeof PANES)[number]

/** What the address names. The fragment holds it, so that any server that has the page has every address. */
export interface Route {
  readonly sessionId: string | undefined
  /** What stands beside the conversation, or in its place where there is room for one. */
  readonly pane: PaneName | undefined
  /** The turn whose changes are shown; without it the newest. */
  readonly turnId: string | undefined
  /** The item of the transcript that is led to. */
  readonly itemId: string | undefined
}

export type RouteParts = Partial<Omit<Route, 'sessionId'>>

const NOWHERE: Route = {
  sessionId: undefined,
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

/** Reads an address such as `#/s/<id>/changes/<turn>?item=<item>`. */
export function parseRoute(hash: string): Route {
  const [, coded, paneName, turn, query = ''] =
    /^#\/s\/([^/?]+)(?:\/([a-z]+)(?:\/([^/?]+))?)?(?:\?(.*))?$/.exec(hash) ?? []
  if (coded === undefined) return NOWHERE
  const pane = PANES.find((name) => name === paneName)
  if (paneName !== undefined && pane === undefined) return NOWHERE
  const more = new URLSearchParams(query)
  try {
    return {
      sessionId: decodeURIComponent(coded),
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
