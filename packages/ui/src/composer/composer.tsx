import { useId, useLayoutEffect, useState } from 'react'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import type { Fault } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import { useStore } from '../hooks/use-store.ts'
import type { Draft } from './draft.ts'
import { composerKey, MOD } from './keys.ts'

export interface ComposerProps {
  readonly draft: Draft
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Why nothing can be said; undefined when something can. */
  readonly closed: string | undefined
  readonly running: boolean
  readonly stopping: boolean
  /** Why the last message or stop did not go through. */
  readonly fault: Fault | undefined
  /** The last thing that was said. */
  readonly lastMessage: () => string | undefined
  readonly onSend: (when: 'now' | 'next') => void
  readonly onStop: () => void
  /** What stands below, given what the keys do now. */
  readonly foot: (hint: string, hintId: string) => ReactNode
}

/**
 * Where a person writes. Enter sends; while a turn runs it queues, and Ctrl or ⌘ with Enter adds to the turn at once.
 * Shift+Enter breaks the line, ↑ brings back the last message, Esc stops the turn (twice over a text).
 */
export function Composer(props: ComposerProps) {
  const { draft, field, closed, running, stopping, fault, lastMessage, onSend, onStop, foot } = props
  const text = useStore(draft.text)
  const [armed, setArmed] = useState(false)
  const hintId = useId()
  const blank = closed !== undefined || text.trim() === ''
  useGrowingField(field, text)
  const escape = (): void => {
    if (text === '' || armed) onStop()
    setArmed(text !== '' && !armed)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes a word, its keys are its own.
    if (event.nativeEvent.isComposing) return
    const key = composerKey(event, text === '')
    if (key === 'escape' && running) {
      event.preventDefault()
      escape()
      return
    }
    setArmed(false)
    if (key === 'send' || key === 'steer') {
      event.preventDefault()
      onSend(key === 'send' && running ? 'next' : 'now')
    } else if (key === 'last-message') {
      const last = lastMessage()
      if (last === undefined) return
      event.preventDefault()
      draft.edit(last)
    }
  }
  return (
    <form
      className="x-composer"
      onSubmit={(event) => {
        event.preventDefault()
        onSend(running ? 'next' : 'now')
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
          placeholder={closed ?? placeholder(running)}
          value={text}
          onChange={(event) => draft.edit(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => setArmed(false)}
        />
        <Buttons running={running} stopping={stopping} blank={blank} onSend={onSend} onStop={onStop} />
      </div>
      {foot(hint(running, armed, text === ''), hintId)}
    </form>
  )
}

interface ButtonsProps extends Pick<ComposerProps, 'running' | 'stopping' | 'onSend' | 'onStop'> {
  /** There is nothing to send. */
  readonly blank: boolean
}

function Buttons({ running, stopping, blank, onSend, onStop }: ButtonsProps) {
  return (
    <>
      {running && (
        <button type="button" disabled={stopping} onClick={onStop}>
          {stopping ? 'Stopping' : 'Stop'}
        </button>
      )}
      {running && (
        <button type="button" disabled={blank} onClick={() => onSend('now')}>
          Send now
        </button>
      )}
      <button type="submit" className="x-primary" disabled={blank}>
        {running ? 'Queue' : 'Send'}
      </button>
    </>
  )
}

function placeholder(running: boolean): string {
  return running ? `Enter queues, ${MOD}Enter steers now` : 'Say what you want done'
}

function hint(running: boolean, armed: boolean, empty: boolean): string {
  if (armed) return 'Esc again stops the turn'
  // What Enter does stands in the empty field itself.
  if (running && empty) return 'Esc stops · ? keys'
  if (running) return `Enter queues · ${MOD}Enter steers now · Esc stops`
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
