import type { ReactNode } from 'react'
import type { SessionListView } from '../connection/session-list-store.ts'
import { sessionHref } from '../hooks/use-route.ts'
import { Mark } from '../theme/mark.tsx'
import { NewSession } from './new-session.tsx'
import { SessionLine } from './session-line.tsx'
import { needsYou } from './session-state.ts'

export interface SessionListProps {
  readonly view: SessionListView
  readonly currentId: string | undefined
  readonly onCreate: (directory: string | null) => Promise<void>
  /** What stands at its foot. */
  readonly children?: ReactNode
}

/** All sessions, newest first, and the way to a new one. */
export function SessionList({ view, currentId, onCreate, children }: SessionListProps) {
  const sessions = view.sessions && newestFirst(view.sessions)
  const asking = sessions?.filter((session) => needsYou(session.status) > 0) ?? []
  const asked = asking.reduce((sum, session) => sum + needsYou(session.status), 0)
  return (
    <nav className="x-list" aria-label="Conversations">
      <div className="x-list-head">
        <h2>Conversations</h2>
        {asking[0] && (
          <a className="x-needs-you" href={sessionHref(asking[0].id)} data-needs-you={asked}>
            <Mark kind="asking" /> needs you {asked}
          </a>
        )}
      </div>
      <NewSession defaultDirectory={view.defaultDirectory} onCreate={onCreate} />
      {sessions?.length === 0 && <p className="x-empty">None yet. Start one and say what you want done.</p>}
      {!sessions && <p className="x-empty">Waiting for the server’s list…</p>}
      <ul className="x-sessions">
        {sessions?.map((session) => (
          <SessionLine key={session.id} session={session} current={session.id === currentId} />
        ))}
      </ul>
      <div className="x-list-foot">{children}</div>
    </nav>
  )
}

/** The order in which they are shown and walked. */
export function newestFirst<T extends { readonly createdAt: number }>(sessions: readonly T[]): readonly T[] {
  return sessions.toSorted((one, other) => other.createdAt - one.createdAt)
}
