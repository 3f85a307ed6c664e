import { useCallback, useEffect, useState } from 'react'
import type { ComponentType } from 'react'
import type { SessionSummary } from '@x/agents/conversation'
import { SessionPage } from '../chat/session-page.tsx'
import type { PageClient } from '../connection/page-client.ts'
import { takeToken } from '../connection/take-token.ts'
import type { SessionLogin } from '../connection/api.ts'
import { useGoKeys } from '../hooks/use-go-keys.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import { SEEDS_HREF, sessionHref, useRoute } from '../hooks/use-route.ts'
import type { Route } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { PaneMemory } from '../layout/pane-memory.ts'
import { Panes } from '../layout/panes.tsx'
import type { PaneProps } from '../layout/side-pane.tsx'
import { SidePane } from '../layout/side-pane.tsx'
import { useSidePane } from '../layout/use-side-pane.ts'
import { SeedsPage } from '../seeds/seeds-page.tsx'
import { needsYou } from '../tasks/session-state.ts'
import { groupSessions, newestFirst } from '../tasks/group-sessions.ts'
import { SessionList } from '../tasks/session-list.tsx'
import { ThemeSwitch } from '../theme/theme-switch.tsx'
import { KeySheet } from './key-sheet.tsx'
import { LogOut } from './log-out.tsx'
import { LoggedOut } from './logged-out.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'

export interface AppProps {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  /** What may be said in an empty conversation. @default none */
  readonly suggestions?: readonly string[]
  /** Draws a session's terminal; give one that loads itself when it is first drawn. Without it there is no such pane. */
  readonly terminal?: ComponentType<PaneProps>
}

/** The whole page: all sessions on the left, the one that the address names in the middle, a pane beside it. */
export function App({ client, suggestions = [], terminal }: AppProps) {
  const login = useStore(client.login)
  useFreshLinks(client)
  if (login === 'out') return <LoggedOut />
  if (login === 'checking') return <main className="x-door x-faint" aria-busy="true" />
  return <Page client={client} suggestions={suggestions} terminal={terminal} />
}

interface PageProps {
  readonly client: PageClient
  readonly suggestions: readonly string[]
  readonly terminal: ComponentType<PaneProps> | undefined
}

function Page({ client, suggestions, terminal }: PageProps) {
  const route = useRoute()
  const { sessionId } = route
  const [memory] = useState(() => new PaneMemory())
  const { room, panes, shown, toggle } = useSidePane({ route, memory, hasTerminal: terminal !== undefined })
  const [sheet, setSheet] = useState(false)
  const showSheet = useCallback(() => setSheet(true), [])
  const list = useStore(client.list.view)
  const sessions = groupSessions(list.sessions ?? []).flatMap((group) => group.sessions)
  useSteps(sessions, sessionId)
  usePageKeys(client, showSheet, toggle)
  useLanding(list.sessions)
  useTitle(sessions, route)
  return (
    <>
      <Panes
        route={route}
        room={room}
        memory={memory}
        panes={panes}
        shown={shown}
        list={<Sessions client={client} currentId={sessionId} onKeys={showSheet} />}
        main={
          sessionId === undefined ? (
            <Elsewhere client={client} page={route.page} />
          ) : (
            <SessionPage
              client={client}
              sessionId={sessionId}
              suggestions={suggestions}
              itemId={route.itemId}
            />
          )
        }
        side={
          sessionId !== undefined &&
          shown !== undefined && (
            <SidePane
              client={client}
              sessionId={sessionId}
              pane={shown}
              panes={panes}
              route={route}
              terminal={terminal}
              onClose={room === 1 ? undefined : () => void toggle(shown)}
            />
          )
        }
      />
      {sheet && <KeySheet onClose={() => setSheet(false)} />}
    </>
  )
}

/** What stands where a conversation would. */
function Elsewhere({ client, page }: { readonly client: PageClient; readonly page: Route['page'] }) {
  if (page === 'seeds') return <SeedsPage store={client.seeds} />
  return <p className="x-stage x-faint">Choose a conversation, or start a new one.</p>
}

interface SessionsProps {
  readonly client: PageClient
  readonly currentId: string | undefined
  readonly onKeys: () => void
}

function Sessions({ client, currentId, onKeys }: SessionsProps) {
  const view = useStore(client.list.view)
  const { seeds } = useStore(client.seeds.view)
  const { connection } = view
  const create = useCallback(
    async (directory: string | null, login?: SessionLogin) => {
      const made = await client.list.create(directory, login)
      location.hash = sessionHref(made.id)
    },
    [client],
  )
  return (
    <SessionList view={view} currentId={currentId} seeds={seeds} onCreate={create}>
      {connection.state === 'reconnecting' && (
        <p className="x-small x-state x-state-waiting" role="status">
          server: reconnecting (attempt {connection.attempt})
        </p>
      )}
      {seeds && (
        <a className="x-foot-link" href={SEEDS_HREF} title="Stored logins (g s)">
          Seeds
        </a>
      )}
      <ThemeSwitch />
      <LogOut onLogOut={() => client.logOut()} />
      <button type="button" className="x-quiet" aria-label="Keys" onClick={onKeys}>
        <kbd>?</kbd>
      </button>
    </SessionList>
  )
}

function usePageKeys(
  client: PageClient,
  showSheet: () => void,
  toggle: (pane: 'changes' | 'terminal') => boolean,
): void {
  useHotKeys({
    '?': () => {
      showSheet()
      return true
    },
    d: () => toggle('changes'),
    t: () => toggle('terminal'),
  })
  useGoKeys({
    s: () => {
      if (client.seeds.view.read().seeds) location.hash = SEEDS_HREF
    },
  })
}

/** `j` and `k` walk the list. */
function useSteps(sessions: readonly SessionSummary[], sessionId: string | undefined): void {
  const step = (by: number): boolean => {
    const at = sessions.findIndex((session) => session.id === sessionId)
    const next = sessions[at === -1 ? 0 : at + by]
    if (next) location.hash = sessionHref(next.id)
    return next !== undefined
  }
  useHotKeys({ j: () => step(1), k: () => step(-1) })
}

function useTitle(sessions: readonly SessionSummary[], { sessionId, page }: Route): void {
  const asked = sessions.reduce((sum, session) => sum + needsYou(session.status), 0)
  const title =
    sessions.find((session) => session.id === sessionId)?.title ??
    (page === 'seeds' ? 'Seeds' : 'Conversations')
  useEffect(() => {
    document.title = revealHidden(asked > 0 ? `(${asked}) ${title}` : title)
  }, [asked, title])
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
