import type { ComponentType } from 'react'
import type { PageClient } from '../connection/page-client.ts'
import { useRoute } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import type { PaneProps } from '../layout/side-pane.tsx'
import { LoggedOut } from './logged-out.tsx'

export interface AloneProps {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  /** Drawn for the session that the address names, e.g. `#/s/<id>`. */
  readonly pane: ComponentType<PaneProps>
}

/** One pane of one session and nothing around it, for a frame of another page. */
export function Alone({ client, pane: Pane }: AloneProps) {
  const login = useStore(client.login)
  const { sessionId } = useRoute()
  if (login === 'out') return <LoggedOut />
  if (login === 'checking') return <main className="x-door x-faint" aria-busy="true" />
  return (
    <main className="x-alone">
      {sessionId === undefined ? (
        <p className="x-stage x-faint">The address names no conversation.</p>
      ) : (
        <Pane key={sessionId} client={client} sessionId={sessionId} />
      )}
    </main>
  )
}
