import { Suspense } from 'react'
import type { ComponentType } from 'react'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { ChangesPane } from '../changes/changes-pane.tsx'
import type { PageClient } from '../connection/page-client.ts'
import { DetailsPane } from '../details/details-pane.tsx'
import type { PaneName, Route } from '../hooks/use-route.ts'
import { PANE_WORDS, PaneTabs } from './pane-tabs.tsx'

/** What a pane beside the conversation is given. Each is made anew for another session. */
export interface PaneProps {
  readonly client: PageClient
  readonly sessionId: string
}

export interface SidePaneProps extends PaneProps {
  readonly pane: PaneName
  readonly panes: readonly PaneName[]
  readonly route: Route
  /** Draws the terminal; loaded when it is first opened. */
  readonly terminal: ComponentType<PaneProps> | undefined
  /** Undefined where it can't be closed. */
  readonly onClose: (() => void) | undefined
}

/** What stands beside the conversation, with the way to the other panes. */
export function SidePane(props: SidePaneProps) {
  const { client, sessionId, pane, panes, route, terminal: Terminal, onClose } = props
  return (
    <aside className="x-side" aria-label={PANE_WORDS[pane]} data-side={pane}>
      <header className="x-side-head">
        <nav className="x-side-tabs" aria-label="Panes">
          <PaneTabs sessionId={sessionId} panes={panes} shown={pane} />
        </nav>
        {onClose && (
          <button type="button" className="x-quiet" aria-label="Close the pane" onClick={onClose}>
            ×
          </button>
        )}
      </header>
      <div className="x-side-body" key={`${sessionId} ${pane}`}>
        <ErrorBoundary what="This pane">
          <Suspense fallback={<p className="x-stage x-faint">Loading the {pane}…</p>}>
            {pane === 'changes' && (
              <ChangesPane client={client} sessionId={sessionId} turnId={route.turnId} />
            )}
            {pane === 'details' && <DetailsPane client={client} sessionId={sessionId} />}
            {pane === 'terminal' && Terminal && <Terminal client={client} sessionId={sessionId} />}
          </Suspense>
        </ErrorBoundary>
      </div>
    </aside>
  )
}
