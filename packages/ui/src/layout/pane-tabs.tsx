import { sessionHref } from '../hooks/use-route.ts'
import type { PaneName } from '../hooks/use-route.ts'

export const PANE_WORDS: Readonly<Record<PaneName, string>> = {
  changes: 'Changes',
  terminal: 'Terminal',
  details: 'Details',
}

export interface PaneTabsProps {
  readonly sessionId: string
  readonly panes: readonly PaneName[]
  readonly shown: PaneName | undefined
}

/** The links from one pane to another; the address names the pane, so that each can be opened on its own. */
export function PaneTabs({ sessionId, panes, shown }: PaneTabsProps) {
  return (
    <>
      {panes.map((pane) => (
        <a
          key={pane}
          className="x-tab"
          href={sessionHref(sessionId, { pane })}
          aria-current={pane === shown ? 'true' : undefined}
        >
          {PANE_WORDS[pane]}
        </a>
      ))}
    </>
  )
}
