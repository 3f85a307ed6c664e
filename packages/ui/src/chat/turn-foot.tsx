import { useChat } from './chat-context.ts'
import type { TurnFoot } from './transcript-rows.ts'
import { TurnEnd } from './turn-end.tsx'
import { TurnProgress } from './turn-progress.tsx'

/** The line below a turn: how it goes, or how it went. */
export function TurnFootView({ foot: { turn, number, last } }: { readonly foot: TurnFoot }) {
  const { onStop } = useChat()
  return (
    <section
      className="x-turn-foot"
      aria-label={`Turn ${number}`}
      data-turn-id={turn.id}
      data-turn-status={turn.status}
    >
      {turn.status === 'in-progress' ? (
        <TurnProgress turn={turn} onStop={onStop} />
      ) : (
        <TurnEnd turn={turn} last={last} />
      )}
    </section>
  )
}
