import { useCallback } from 'react'
import { PANES, sessionHref } from '../hooks/use-route.ts'
import type { PaneName, Route } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import type { PaneMemory } from './pane-memory.ts'
import { useRoom } from './room.ts'
import type { Room } from './room.ts'

export interface SidePaneOptions {
  readonly route: Route
  readonly memory: PaneMemory
  readonly hasTerminal: boolean
}

export interface SidePaneState {
  readonly room: Room
  /** Those that there are, in order. */
  readonly panes: readonly PaneName[]
  /** The one that shows. */
  readonly shown: PaneName | undefined
  /** Opens a pane, or closes it when it shows. @returns false when there is none to open */
  readonly toggle: (pane: PaneName) => boolean
}

/** Which pane stands beside the conversation: what the address names, else with room for three what was there last. */
export function useSidePane({ route, memory, hasTerminal }: SidePaneOptions): SidePaneState {
  const room = useRoom()
  const last = useStore(memory.pane)
  const { sessionId } = route
  const panes = PANES.filter((pane) => pane !== 'terminal' || hasTerminal)
  const wanted = route.pane ?? (room === 3 ? last : undefined)
  const shown = panes.find((pane) => pane === wanted)
  const toggle = useCallback(
    (pane: PaneName): boolean => {
      if (sessionId === undefined || (pane === 'terminal' && !hasTerminal)) return false
      const opens = pane !== shown
      if (room === 3) memory.choose(opens ? pane : undefined)
      location.hash = sessionHref(sessionId, opens ? { pane } : {})
      return true
    },
    [sessionId, shown, room, memory, hasTerminal],
  )
  return { room, panes, shown, toggle }
}
