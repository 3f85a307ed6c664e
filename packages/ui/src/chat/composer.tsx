import { useId, useLayoutEffect, useState } from 'react'
import type { KeyboardEvent, RefObject } from 'react'
import type { Fault } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import { useStore } from '../hooks/use-store.ts'
import type { Draft } from './draft.ts'

export interface ComposerProps {
  readonly draft: Draft
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Why nothing can be said; undefined when something can. */
  readonly closed: string | undefined
  readonly running: boolean
  readonly stopping: boolean
  /** Why the last message or stop did not go through. */
  readonly fault: Fault | undefined
  readonly onSend: () => void
  readonly onStop: () => void
}

/** Where a person writes. Enter sends, Shift+Enter breaks the line, Esc stops the turn (twice over a text). */
export function Composer(props: ComposerProps) {
  const { draft, field, closed, running, stopping, fault, onSend, onStop } = props
  const text = useStore(draft.text)
  const [armed, setArmed] = useState(false)
  const hintId = useId()
  useGrowingField(field, text)
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes a word, its keys are its own.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      onSend()
    } else if (event.key === 'Escape' && running) {
      event.preventDefault()
      if (text === '' || armed) onStop()
      setArmed(text !== '' && !armed)
      return
    }
    setArmed(false)
  }
  return (
    <form
      className="x-composer"
      onSubmit={(event) => {
        event.preventDefault()
        onSend()
      }}
    >
      {fault && <FaultNote fault={fault} />}
      <div className="x-composer-box">
        <textarea
          ref={field}
          rows={1}
          aria-label="Message"
          aria-describedby={hintId}
          disabled={closed !== undefined}
          placeholder={closed ?? (running ? 'Enter adds to the running turn' : 'Say what you want done')}
          value={text}
          onChange={(event) => draft.edit(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => setArmed(false)}
        />
        {running && (
          <button type="button" disabled={stopping} onClick={onStop}>
            {stopping ? 'Stopping' : 'Stop'}
          </button>
        )}
        <button type="submit" className="x-primary" disabled={closed !== undefined || text.trim() === ''}>
          Send
        </button>
      </div>
      <p className="x-composer-hint" id={hintId} aria-live="polite">
        {hint(running, armed)}
      </p>
    </form>
  )
}

function hint(running: boolean, armed: boolean): string {
  if (armed) return 'Esc again stops the turn'
  if (running) return 'Enter adds to the running turn · Shift+Enter new line · Esc stops'
  return 'Enter sends · Shift+Enter new line · ? keys'
}

/** Where CSS can't let a field grow with its text, its height is set by hand. */
function useGrowingField(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (!element || CSS.supports('field-sizing', 'content')) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
