import { useState } from 'react'
import type { ReactNode } from 'react'
import type { SessionLogin } from '../connection/api.ts'
import type { Seed } from '../connection/parse-seeds.ts'
import type { SessionListView } from '../connection/session-list-store.ts'
import { sessionHref } from '../hooks/use-route.ts'
import { Mark } from '../theme/mark.tsx'
import { groupSessions } from './group-sessions.ts'
import { NewSession } from './new-session.tsx'
import { SessionSearch } from './session-search.tsx'
import { SessionLine } from './session-line.tsx'
import { needsYou } from './session-state.ts'

export interface SessionListProps {
  readonly view: SessionListView
  readonly currentId: string | undefined
  /** The stored logins that a new conversation may have; undefined where none are kept. @default undefined */
  readonly seeds?: readonly Seed[] | undefined
  readonly onCreate: (directory: string | null, login?: SessionLogin) => Promise<void>
  /** What stands at its foot. */
  readonly children?: ReactNode
}

/** All sessions, those that need somebody first, and the way to a new one. */
export function SessionList({ view, currentId, seeds, onCreate, children }: SessionListProps) {
  const [filter, setFilter] = useState('')
  const { sessions } = view
  const groups = groupSessions(sessions ?? [], filter)
  const asking = groupSessions(sessions ?? []).find(({ title }) => title === 'Needs you')?.sessions ?? []
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
      <NewSession
        defaultDirectory={view.defaultDirectory}
        logins={seeds && { seeds, usual: view.usualLogin }}
        onCreate={onCreate}
      />
      {sessions?.length === 0 && <p className="x-empty">None yet. Start one and say what you want done.</p>}
      {!sessions && <p className="x-empty">Waiting for the server’s list…</p>}
      {sessions && sessions.length > 0 && (
        <SessionSearch filter={filter} onFilter={setFilter} first={groups[0]?.sessions[0]?.id} />
      )}
      <div className="x-sessions">
        {filter !== '' && groups.length === 0 && <p className="x-empty">No conversation has these words.</p>}
        {groups.map(({ title, sessions: members }) => (
          <section key={title} aria-label={title}>
            {groups.length > 1 && <h3 className="x-group">{title}</h3>}
            <ul>
              {members.map((session) => (
                <SessionLine key={session.id} session={session} current={session.id === currentId} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <div className="x-list-foot">{children}</div>
    </nav>
  )
}
