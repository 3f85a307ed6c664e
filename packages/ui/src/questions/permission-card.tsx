import { useState } from 'react'
import type { PermissionQuestion } from '@x/agents/conversation'
import { grantWords } from '../chat/grant-words.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { QuestionActions } from './question-actions.tsx'
import type { QuestionCardProps } from './question-panel.tsx'

/** What the agent wants to be allowed beyond its sandbox: all of it, or a part, for this turn or the session. */
export function PermissionCard({ question, answering, onAnswer }: QuestionCardProps<PermissionQuestion>) {
  const { grants, reason } = question
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const chosen = grants.filter((_grant, index) => !left.has(index))
  const allow = (scope: 'turn' | 'session'): boolean => {
    if (chosen.length > 0) onAnswer({ kind: 'permission', grants: chosen, scope })
    return chosen.length > 0
  }
  useHotKeys({ y: () => allow('turn'), s: () => allow('session') })
  return (
    <div className="x-question">
      {reason !== undefined && <p className="x-reason">{revealHidden(reason)}</p>}
      <fieldset className="x-field">
        <legend className="x-sr">What it may do</legend>
        {grants.map((grant, index) => (
          <label key={index} className="x-option">
            <input
              type="checkbox"
              checked={!left.has(index)}
              onChange={(event) => setLeft(toggled(left, index, event.target.checked))}
            />
            <code>{grantWords(grant)}</code>
          </label>
        ))}
      </fieldset>
      <QuestionActions answering={answering} onDecline={() => onAnswer({ kind: 'declined' })}>
        <button
          type="button"
          className="x-primary"
          aria-disabled={answering}
          aria-keyshortcuts="y"
          disabled={chosen.length === 0}
          onClick={() => allow('turn')}
        >
          Allow for this turn<kbd aria-hidden="true">y</kbd>
        </button>
        <button
          type="button"
          aria-disabled={answering}
          aria-keyshortcuts="s"
          disabled={chosen.length === 0}
          onClick={() => allow('session')}
        >
          Allow for the session<kbd aria-hidden="true">s</kbd>
        </button>
      </QuestionActions>
    </div>
  )
}

function toggled(left: ReadonlySet<number>, index: number, granted: boolean): ReadonlySet<number> {
  const next = new Set(left)
  if (granted) next.delete(index)
  else next.add(index)
  return next
}
