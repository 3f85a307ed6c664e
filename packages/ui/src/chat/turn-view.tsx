import { memo } from 'react'
import type { Approval, Turn } from '@x/agents/conversation'
import { ItemView } from './item-view.tsx'
import { TurnEnd } from './turn-end.tsx'
import { TurnProgress } from './turn-progress.tsx'

export interface TurnViewProps {
  readonly turn: Turn
  readonly number: number
  readonly cwd: string
  /** Open ones, of this turn and of others. */
  readonly approvals: readonly Approval[]
  readonly onStop: () => void
}

/** One turn: what was said and done in it, and how it went. */
export const TurnView = memo(function TurnView(props: TurnViewProps) {
  const { turn, number, cwd, approvals, onStop } = props
  return (
    <section
      className="x-turn"
      aria-label={`Turn ${number}`}
      data-turn-id={turn.id}
      data-turn-status={turn.status}
    >
      <ol className="x-items">
        {turn.items.map((item) => (
          <ItemView key={item.id} item={item} cwd={cwd} asked={asks(approvals, turn.id, item.id)} />
        ))}
      </ol>
      {turn.status === 'in-progress' ? <TurnProgress turn={turn} onStop={onStop} /> : <TurnEnd turn={turn} />}
    </section>
  )
})

function asks(approvals: readonly Approval[], turnId: string, itemId: string): boolean {
  return approvals.some((approval) => approval.turnId === turnId && approval.itemId === itemId)
}
