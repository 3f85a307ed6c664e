import type { SessionSummary } from '@x/agents/conversation'
import { sessionHref } from '../hooks/use-route.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Ago } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'
import { needsYou, sessionState } from './session-state.ts'

export interface SessionLineProps {
  readonly session: SessionSummary
  readonly current: boolean
}

/** One session in the list: its title, how it stands, and since when. */
export function SessionLine({ session, current }: SessionLineProps) {
  const { mark, word } = sessionState(session.status)
  const asked = needsYou(session.status)
  return (
    <li>
      <a
        className="x-session-line"
        href={sessionHref(session.id)}
        aria-current={current ? 'page' : undefined}
        data-session-id={session.id}
        data-session-state={session.status.state}
        title={session.directory}
      >
        <span className="x-session-title">{revealHidden(session.title)}</span>
        <span className="x-session-meta">
          <span className={`x-state x-state-${mark}`}>
            <Mark kind={mark} /> {asked > 1 ? `${word} · ${asked}` : word}
          </span>
          <Ago at={session.createdAt} />
        </span>
      </a>
    </li>
  )
}
