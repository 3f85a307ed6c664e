import { useCallback, useEffect, useState } from 'react'
import type { SessionSummary } from '@x/agents/conversation'
import { SessionPage } from '../chat/session-page.tsx'
import type { PageClient } from '../connection/page-client.ts'
import { takeToken } from '../connection/take-token.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import { sessionHref, useRoute } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { needsYou } from '../tasks/session-state.ts'
import { SessionList, newestFirst } from '../tasks/session-list.tsx'
import { ThemeSwitch } from '../theme/theme-switch.tsx'
import { KeySheet } from './key-sheet.tsx'
import { LogOut } from './log-out.tsx'
import { LoggedOut } from './logged-out.tsx'

export interface AppProps {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  /** What may be said in an empty conversation. @default none */
  readonly suggestions?: readonly string[]
}

/** The whole page: all sessions on the left, the one that the address names in the middle. */
export function App({ client, suggestions = [] }: AppProps) {
  const login = useStore(client.login)
  useFreshLinks(client)
  if (login === 'out') return <LoggedOut />
  if (login === 'checking') return <main className="x-door x-faint" aria-busy="true" />
  return <Panes client={client} suggestions={suggestions} />
}

function Panes({ client, suggestions }: Required<AppProps>) {
  const { sessionId } = useRoute()
  const list = useStore(client.list.view)
  const [sheet, setSheet] = useState(false)
  const sessions = newestFirst(list.sessions ?? [])
  const create = useCallback(
    async (directory: string | null) => {
      const made = await client.list.create(directory)
      location.hash = sessionHref(made.id)
    },
    [client],
  )
  const step = (by: number): boolean => {
    const at = sessions.findIndex((session) => session.id === sessionId)
    const next = sessions[at === -1 ? 0 : at + by]
    if (next) location.hash = sessionHref(next.id)
    return next !== undefined
  }
  useHotKeys({
    '?': () => {
      setSheet(true)
      return true
    },
    j: () => step(1),
    k: () => step(-1),
  })
  useLanding(list.sessions)
  const asked = sessions.reduce((sum, session) => sum + needsYou(session.status), 0)
  const title = sessions.find((session) => session.id === sessionId)?.title ?? 'Conversations'
  useEffect(() => {
    document.title = asked > 0 ? `(${asked}) ${title}` : title
  }, [asked, title])
  const { connection } = list
  return (
    <div className="x-app" data-pane={sessionId === undefined ? 'list' : 'session'}>
      <SessionList view={list} currentId={sessionId} onCreate={create}>
        {connection.state === 'reconnecting' && (
          <p className="x-small x-state x-state-waiting" role="status">
            server: reconnecting (attempt {connection.attempt})
          </p>
        )}
        <ThemeSwitch />
        <LogOut onLogOut={() => client.logOut()} />
        <button type="button" className="x-quiet" aria-label="Keys" onClick={() => setSheet(true)}>
          <kbd>?</kbd>
        </button>
      </SessionList>
      <main className="x-session">
        {sessionId === undefined ? (
          <p className="x-stage x-faint">Choose a conversation, or start a new one.</p>
        ) : (
          <SessionPage client={client} sessionId={sessionId} suggestions={suggestions} />
        )}
      </main>
      {sheet && <KeySheet onClose={() => setSheet(false)} />}
    </div>
  )
}

/** An address that names no place, as a fresh link does, leads to what was begun last. `#/` is the list itself. */
function useLanding(sessions: readonly SessionSummary[] | undefined): void {
  useEffect(() => {
    const [newest] = newestFirst(sessions ?? [])
    if (newest && location.hash === '') location.replace(sessionHref(newest.id))
  }, [sessions])
}

/** A fresh link that is opened in this very tab changes only the fragment: the page is not loaded again. */
function useFreshLinks(client: PageClient): void {
  useEffect(() => {
    const listener = (): void => {
      const token = takeToken(location, history)
      if (token !== undefined) void client.open(token)
    }
    window.addEventListener('hashchange', listener)
    return () => window.removeEventListener('hashchange', listener)
  }, [client])
}
