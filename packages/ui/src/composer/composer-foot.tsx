import { useState } from 'react'
import type { ConversationState, Fault } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import type { SessionStore } from '../connection/session-store.ts'
import { plural } from '../text/format.ts'
import { ContextMeter } from './context-meter.tsx'
import { ModelChoiceBar } from './model-choice-bar.tsx'

export interface ComposerFootProps {
  readonly store: SessionStore
  readonly conversation: ConversationState
  readonly closed: boolean
  /** What the keys do now. */
  readonly hint: string
  readonly hintId: string
}

/** Below the composer: model, effort, approvals, context, and what the keys do. */
export function ComposerFoot({ store, conversation, closed, hint, hintId }: ComposerFootProps) {
  const [fault, setFault] = useState<Fault>()
  const { model, context, approvals, questions } = conversation
  const open = approvals.length + questions.length
  return (
    <>
      {fault && <FaultNote fault={fault} />}
      <div className="x-composer-foot">
        <ModelChoiceBar store={store} model={model} disabled={closed} onFault={setFault} />
        <span className="x-composer-asks" data-open={open}>
          {open === 0 ? 'nothing to approve' : `${plural(open, 'thing')} for you to answer`}
        </span>
        <ContextMeter context={context} />
        <span className="x-composer-hint" id={hintId} aria-live="polite">
          {hint}
        </span>
      </div>
    </>
  )
}
