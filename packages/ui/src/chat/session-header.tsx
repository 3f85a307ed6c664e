import { useState } from 'react'
import type { SessionSummary } from '@x/agents/conversation'
import { HOME_HREF } from '../hooks/use-route.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import type { LinkState } from './link-state.ts'

export interface SessionHeaderProps {
  readonly session: SessionSummary
  readonly link: LinkState
  /** Ends the session and forgets it. */
  readonly onEnd: () => Promise<void>
}

/** Which session this is, where it works, and how the page stands to it. */
export function SessionHeader({ session, link, onEnd }: SessionHeaderProps) {
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<string>()
  const end = (): void => {
    setAsking(false)
    onEnd().catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  }
  return (
    <header className="x-header">
      <a className="x-back" href={HOME_HREF} aria-label="All conversations">
        ‹
      </a>
      <div className="x-header-names">
        <h1>{revealHidden(session.title)}</h1>
        <span className="x-header-directory x-mono" title={session.directory}>
          {revealHidden(session.directory)}
        </span>
      </div>
      <span
        className={`x-state x-state-${link.mark} x-link-state`}
        role="status"
        title={failure ?? link.detail}
        data-connection={link.state}
      >
        <Mark kind={link.mark} /> {failure ?? link.words}
      </span>
      {asking ? (
        <span className="x-actions">
          <button type="button" className="x-danger" onClick={end}>
            End for good
          </button>
          <button type="button" autoFocus onClick={() => setAsking(false)}>
            Keep
          </button>
        </span>
      ) : (
        <button type="button" className="x-quiet" onClick={() => setAsking(true)}>
          End
        </button>
      )}
    </header>
  )
}
