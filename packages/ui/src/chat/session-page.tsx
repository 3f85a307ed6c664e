import { useEffect } from 'react'
import type { SessionSummary } from '@x/agents/conversation'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import type { ConnectionStatus } from '../connection/feed-connection.ts'
import type { PageClient } from '../connection/page-client.ts'
import type { SessionStore } from '../connection/session-store.ts'
import { HOME_HREF } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { StartingSession } from '../tasks/starting-session.tsx'
import { StoppedSession } from '../tasks/stopped-session.tsx'
import { ChatPane } from './chat-pane.tsx'
import { linkState } from './link-state.ts'
import { SessionHeader } from './session-header.tsx'

export interface SessionPageProps {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  readonly sessionId: string
  /** What may be said in an empty conversation. @default none */
  readonly suggestions?: readonly string[]
  /** The item of the transcript to go to. @default none */
  readonly itemId?: string | undefined
}

/** One session, whatever state it is in. */
export function SessionPage({ client, sessionId, suggestions = [], itemId }: SessionPageProps) {
  const { sessions, connection } = useStore(client.list.view)
  const session = sessions?.find((one) => one.id === sessionId)
  if (!sessions) return <p className="x-stage x-faint">Waiting for the server…</p>
  if (!session)
    return (
      <p className="x-stage">
        There is no such conversation here. <a href={HOME_HREF}>Show all</a>
      </p>
    )
  return (
    <KnownSession
      key={sessionId}
      client={client}
      store={client.session(sessionId)}
      session={session}
      list={connection}
      suggestions={suggestions}
      itemId={itemId}
    />
  )
}

interface KnownSessionProps {
  readonly client: PageClient
  readonly store: SessionStore
  readonly session: SessionSummary
  readonly list: ConnectionStatus
  readonly suggestions: readonly string[]
  readonly itemId: string | undefined
}

function KnownSession({ client, store, session, list, suggestions, itemId }: KnownSessionProps) {
  const { conversation, connection: feed } = useStore(store.view)
  const { status } = session
  const ready = status.state === 'ready'
  const listLive = list.state === 'live'
  useEffect(() => (ready ? store.watch() : undefined), [store, ready])
  useEffect(() => {
    // The list knows of a restart that the session's own feed took for an end.
    if (ready && listLive) store.resume()
  }, [store, ready, listLive])
  return (
    <>
      <SessionHeader
        session={session}
        link={linkState({ status, list, feed, link: conversation?.link })}
        onEnd={() => client.list.end(session.id)}
      />
      {(status.state === 'failed' || status.state === 'ended') && (
        <StoppedSession status={status} onResume={() => client.list.resume(session.id)} />
      )}
      {status.state === 'starting' && <StartingSession status={status} />}
      {(ready || conversation) && (
        <ErrorBoundary what="This conversation">
          <ChatPane store={store} status={status} suggestions={suggestions} itemId={itemId} />
        </ErrorBoundary>
      )}
    </>
  )
}
