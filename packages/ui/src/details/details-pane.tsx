import type { PageClient } from '../connection/page-client.ts'
import { useStore } from '../hooks/use-store.ts'
import { Ago } from '../text/time.tsx'

export interface DetailsPaneProps {
  readonly client: PageClient
  readonly sessionId: string
}

/** What is known of a session beside what is said in it. */
export function DetailsPane({ client, sessionId }: DetailsPaneProps) {
  const { conversation } = useStore(client.session(sessionId).view)
  const session = useStore(client.list.view).sessions?.find((one) => one.id === sessionId)
  return (
    <dl className="x-details">
      {session && (
        <>
          <dt>Directory</dt>
          <dd className="x-mono">{session.directory}</dd>
          <dt>Begun</dt>
          <dd>
            <Ago at={session.createdAt} />
          </dd>
        </>
      )}
      {conversation && (
        <>
          <dt>Thread</dt>
          <dd className="x-mono">{conversation.threadId}</dd>
        </>
      )}
    </dl>
  )
}
