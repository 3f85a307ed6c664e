import { useEffect } from 'react'
import type { CSSProperties, ReactNode } from 'react'
import { HOME_HREF, SEEDS_HREF, sessionHref } from '../hooks/use-route.ts'
import type { PaneName, Route } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { WIDTH_LIMITS } from './pane-memory.ts'
import type { PaneMemory, PaneWidths } from './pane-memory.ts'
import { PaneTabs } from './pane-tabs.tsx'
import type { Room } from './room.ts'
import { Separator } from './separator.tsx'

export interface PanesProps {
  readonly route: Route
  readonly room: Room
  readonly memory: PaneMemory
  readonly panes: readonly PaneName[]
  /** The pane beside the conversation; undefined while there is none. */
  readonly shown: PaneName | undefined
  readonly list: ReactNode
  readonly main: ReactNode
  readonly side: ReactNode
}

/**
 * The list, the conversation and what stands beside it: three panes from 1100 px. With room for two, a pane that is
 * opened takes the place of the list. With room for one, tabs at the bottom lead from one to the other.
 */
export function Panes({ route, room, memory, panes, shown, list, main, side }: PanesProps) {
  const widths = useStore(memory.widths)
  const { sessionId, page } = route
  const view = sessionId === undefined ? (page ?? 'list') : (shown ?? 'chat')
  const hasSide = shown !== undefined && sessionId !== undefined
  const hasList = !(room === 2 && hasSide)
  useEffect(() => {
    // An address that names a pane is also a choice.
    if (route.pane !== undefined && room === 3) memory.choose(route.pane)
  }, [route.pane, room, memory])
  const style = {
    '--x-list-width': `${widths.list}px`,
    '--x-side-width': `${widths.side}px`,
  } as CSSProperties
  const handle = (which: keyof PaneWidths, label: string, pane: 'left' | 'right'): ReactNode => (
    <Separator
      label={label}
      width={widths[which]}
      {...WIDTH_LIMITS[which]}
      pane={pane}
      onResize={(width) => memory.resize(which, width)}
      onReset={() => memory.reset(which)}
    />
  )
  return (
    <div className="x-app" data-pane={view} style={style}>
      {hasList && list}
      {hasList && room > 1 && handle('list', 'Width of the list', 'left')}
      <main className="x-session">{main}</main>
      {hasSide && room > 1 && handle('side', 'Width of the pane', 'right')}
      {hasSide && side}
      {room === 1 && sessionId !== undefined && (
        <nav className="x-bottom-tabs" aria-label="Panes">
          <a className="x-tab" href={HOME_HREF}>
            List
          </a>
          <a
            className="x-tab"
            href={sessionHref(sessionId)}
            aria-current={shown === undefined ? 'true' : undefined}
          >
            Chat
          </a>
          <PaneTabs sessionId={sessionId} panes={panes} shown={shown} />
        </nav>
      )}
      {room === 1 && page === 'seeds' && (
        <nav className="x-bottom-tabs" aria-label="Panes">
          <a className="x-tab" href={HOME_HREF}>
            List
          </a>
          <a className="x-tab" href={SEEDS_HREF} aria-current="true">
            Seeds
          </a>
        </nav>
      )}
    </div>
  )
}
