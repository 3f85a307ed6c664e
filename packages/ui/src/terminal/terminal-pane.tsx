import { useCallback, useEffect, useRef, useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { PageClient } from '../connection/page-client.ts'
import { Store } from '../connection/store.ts'
import { useStore } from '../hooks/use-store.ts'
import { openTerminalView } from './open-terminal-view.ts'
import { LEAVE_KEY } from './terminal-keys.ts'
import type { TerminalLink, TerminalState } from './terminal-link.ts'
import { terminalWords } from './terminal-words.ts'

export interface TerminalPaneProps {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  readonly sessionId: string
  /** `read`: looks, and neither types nor changes the size. @default 'write' */
  readonly mode?: 'read' | 'write'
  /** Takes the focus when somebody leaves by keyboard. @default the pane's foot */
  readonly onLeave?: () => void
}

const CONNECTING = new Store<TerminalState>({ state: 'connecting' })

/** The agent's own program on a session, as one more way to work with it. Give it the session's id as key. */
export function TerminalPane({ client, sessionId, mode = 'write', onLeave }: TerminalPaneProps) {
  const [place, setPlace] = useState<HTMLDivElement | null>(null)
  const [link, setLink] = useState<TerminalLink>()
  const [note, setNote] = useState<string>()
  const foot = useRef<HTMLDivElement>(null)
  const state = useStore(link?.state ?? CONNECTING)
  const leave = useCallback(() => (onLeave ? onLeave() : foot.current?.focus()), [onLeave])
  const latestLeave = useRef(leave)
  useEffect(() => {
    latestLeave.current = leave
  })
  useEffect(() => {
    if (!place) return
    const view = openTerminalView({
      client,
      sessionId,
      mode,
      place,
      onLeave: () => latestLeave.current(),
      onNote: setNote,
    })
    setLink(view.link)
    return () => view[Symbol.dispose]()
  }, [place, client, sessionId, mode])
  const over = state.state === 'ended' || state.state === 'failed'
  return (
    <section
      className="x-terminal"
      aria-label="Terminal"
      data-terminal-state={state.state}
      data-terminal-mode={mode}
    >
      <div className="x-terminal-frame">
        <div className="x-terminal-fit x-mono" ref={setPlace} />
      </div>
      {over && (
        <div className="x-terminal-end">
          {state.state === 'failed' ? <FaultNote fault={state.fault} /> : <p>{terminalWords(state)}</p>}
          <button type="button" onClick={() => link?.open()}>
            Open again
          </button>
        </div>
      )}
      <div className="x-terminal-foot" ref={foot} tabIndex={-1}>
        {mode === 'read' && <span className="x-terminal-badge">read only</span>}
        <span role="status">{note ?? terminalWords(state)}</span>
        {mode === 'write' && (
          <span className="x-terminal-hint">
            <kbd>!</kbd> runs commands outside the sandbox
          </span>
        )}
        <span className="x-terminal-hint">
          <kbd>{LEAVE_KEY}</kbd> leaves the terminal
        </span>
      </div>
    </section>
  )
}
