import { useState } from 'react'
import type { Fault, Grant, Refusal } from '@x/agents/conversation'
import { FaultNote, faultOf } from '../app/fault-note.tsx'
import { Mark } from '../theme/mark.tsx'
import { useChat } from './chat-context.ts'
import { grantWords, refusalWords } from './grant-words.ts'

export interface RefusalNoteProps {
  readonly itemId: string
  readonly refusal: Refusal
}

/** What the sandbox refused to a command, and the way to allow exactly that. */
export function RefusalNote({ itemId, refusal }: RefusalNoteProps) {
  const { onGrant } = useChat()
  const [state, setState] = useState<'idle' | 'busy' | 'granted'>('idle')
  const [fault, setFault] = useState<Fault>()
  const { grant } = refusal
  const allow = (what: Grant): void => {
    setState('busy')
    setFault(undefined)
    onGrant(itemId, what).then(
      () => setState('granted'),
      (error: unknown) => {
        setState('idle')
        setFault(faultOf(error))
      },
    )
  }
  return (
    <div className="x-refusal">
      <Mark kind="declined" />
      <div>
        <p>{refusalWords(refusal)}</p>
        {!grant && <p className="x-faint">Nothing can be granted here: this place stays closed.</p>}
        {grant && state === 'granted' && (
          <p className="x-faint">Granted for this session: {grantWords(grant)}. It was told to try again.</p>
        )}
        {grant && state !== 'granted' && (
          <div className="x-actions">
            <button
              type="button"
              aria-disabled={state === 'busy'}
              onClick={() => state === 'idle' && allow(grant)}
            >
              Grant and try again
            </button>
            <span className="x-faint x-small">
              allows <code>{grantWords(grant)}</code> for the rest of this session
            </span>
          </div>
        )}
        {fault && <FaultNote fault={fault} />}
      </div>
    </div>
  )
}
