import type { Turn } from '@x/agents/conversation'
import { Elapsed } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'
import { revealBidi } from '../text/reveal-hidden.ts'

/** A turn that goes on: for how long, and what it waits for when it waits for something outside. */
export function TurnProgress({ turn, onStop }: { readonly turn: Turn; readonly onStop: () => void }) {
  const { waiting, startedAt } = turn
  if (!waiting)
    return (
      <p className="x-turn-line" data-turn-waiting="false">
        <Mark kind="running" /> Working {startedAt !== undefined && <Elapsed since={startedAt} />}
      </p>
    )
  return (
    <div className="x-waiting" role="status" data-turn-waiting="true">
      <Mark kind="waiting" />
      <div>
        <p>{revealBidi(waiting.message)}</p>
        {waiting.remedy !== undefined && <p className="x-faint">{revealBidi(waiting.remedy)}</p>}
      </div>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  )
}
