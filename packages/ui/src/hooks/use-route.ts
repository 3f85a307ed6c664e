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
  /** The pane, or else the conversation, stands alone: no list, no other pane. For a frame of another page. */
  readonly alone: boolean
}

export type RouteParts = Partial<Omit<Route, 'sessionId'>>

const NOWHERE: Route = {
  sessionId: undefined,
  pane: undefined,
  turnId: undefined,
  itemId: undefined,
  alone: false,
}

/** The address of a session on this page, or of something in it. */
export function sessionHref(id: string, { pane, turnId, itemId, alone = false }: RouteParts = {}): string {
  const turn = pane === 'changes' && turnId !== undefined ? `/${encodeURIComponent(turnId)}` : ''
  const query = [
    ...(itemId === undefined ? [] : [`item=${encodeURIComponent(itemId)}`]),
    ...(alone ? ['alone'] : []),
  ]
  const path = `#/s/${encodeURIComponent(id)}${pane === undefined ? '' : `/${pane}${turn}`}`
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

/** The address of the page without a session. */
export const HOME_HREF = '#/'

/** Reads an address such as `#/s/<id>/changes/<turn>?item=<item>&alone`. */
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
      alone: more.has('alone'),
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
