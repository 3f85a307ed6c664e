import { memo, useState } from 'react'
import type { Plan } from '@x/agents/conversation'
import { Fold } from '../chat/fold.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import type { MarkKind } from '../theme/mark.tsx'

type StepStatus = Plan['steps'][number]['status']

const STEPS: Readonly<Record<StepStatus, { readonly mark: MarkKind; readonly word: string }>> = {
  pending: { mark: 'idle', word: 'to do' },
  'in-progress': { mark: 'running', word: 'doing' },
  completed: { mark: 'done', word: 'done' },
}

export interface PlanListProps {
  readonly plan: Plan
  /** It is being done, and nothing more pressing needs the room. */
  readonly unfolded: boolean
}

/** What the agent means to do, and how far it is: open while it is being done, folded when it is. */
export const PlanList = memo(function PlanList({ plan, unfolded }: PlanListProps) {
  const [chosen, setChosen] = useState<boolean>()
  const { steps, explanation } = plan
  const done = steps.filter(({ status }) => status === 'completed').length
  const current = steps.find(({ status }) => status === 'in-progress')
  const open = chosen ?? (unfolded && done < steps.length)
  if (steps.length === 0) return null
  return (
    <section className="x-plan" aria-label="Plan">
      <Fold
        open={open}
        onToggle={() => setChosen(!open)}
        head={
          <>
            <span>Plan</span>
            <span className="x-figure x-faint">
              {done} of {steps.length}
            </span>
            <span className="x-row-main x-faint">{!open && current ? revealHidden(current.text) : ''}</span>
          </>
        }
      >
        {explanation !== undefined && explanation !== '' && (
          <p className="x-faint x-small">{revealHidden(explanation)}</p>
        )}
        <ol className="x-plan-steps">
          {steps.map(({ text, status }, index) => (
            <li key={index} data-step={status}>
              <span className={`x-state x-state-${STEPS[status].mark}`}>
                <Mark kind={STEPS[status].mark} /> <span className="x-sr">{STEPS[status].word}</span>
              </span>
              <span>{revealHidden(text)}</span>
            </li>
          ))}
        </ol>
      </Fold>
    </section>
  )
})
