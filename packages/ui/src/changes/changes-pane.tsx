import type { PageClient } from '../connection/page-client.ts'
import { useStore } from '../hooks/use-store.ts'

export interface ChangesPaneProps {
  readonly client: PageClient
  readonly sessionId: string
  /** @default the newest that has changed something */
  readonly turnId: string | undefined
}

/** Everything that a turn has changed in files. */
export function ChangesPane({ client, sessionId, turnId }: ChangesPaneProps) {
  const { conversation } = useStore(client.session(sessionId).view)
  const turn = conversation?.turns.findLast((one) =>
    turnId === undefined ? one.diff !== undefined : one.id === turnId,
  )
  if (turn?.diff === undefined) return <p className="x-stage x-faint">No files changed yet.</p>
  return (
    <div className="x-output" tabIndex={0} role="region" aria-label="Changes">
      <pre>{turn.diff}</pre>
    </div>
  )
}
