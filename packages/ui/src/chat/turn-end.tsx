import type { Turn } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import { formatCount, formatDuration } from '../text/format.ts'
import { Ago } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'

const OUTCOMES = {
  completed: { mark: 'done', word: 'Completed' },
  interrupted: { mark: 'declined', word: 'Interrupted' },
  failed: { mark: 'failed', word: 'Failed' },
} as const

/** How a turn ended, in one faint line; what went wrong, as sentences. */
export function TurnEnd({ turn }: { readonly turn: Turn }) {
  if (turn.status === 'in-progress') return null
  const { mark, word } = OUTCOMES[turn.status]
  const { startedAt, endedAt, usage, error } = turn
  return (
    <>
      {error && <FaultNote fault={error} />}
      <p className="x-turn-line">
        <Mark kind={mark} /> {word}
        {startedAt !== undefined && endedAt !== undefined && (
          <span className="x-figure">{formatDuration(endedAt - startedAt)}</span>
        )}
        {usage && (
          <span
            className="x-figure"
            title={`${usage.inputTokens.toLocaleString('en-US')} in, ${usage.outputTokens.toLocaleString('en-US')} out`}
          >
            {formatCount(usage.totalTokens)} tokens
          </span>
        )}
        {endedAt !== undefined && <Ago at={endedAt} />}
      </p>
    </>
  )
}
