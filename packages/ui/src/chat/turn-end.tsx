import { useMemo } from 'react'
import type { Turn } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import { sessionHref } from '../hooks/use-route.ts'
import { changedFiles } from '../changes/changed-files.ts'
import { formatCount, formatDuration, plural } from '../text/format.ts'
import { Ago } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'
import { useChat } from './chat-context.ts'

const OUTCOMES = {
  completed: { mark: 'done', word: 'Completed' },
  interrupted: { mark: 'declined', word: 'Interrupted' },
  failed: { mark: 'failed', word: 'Failed' },
} as const

export interface TurnEndProps {
  readonly turn: Turn
  /** Nothing was said since. */
  readonly last: boolean
}

/** How a turn ended, in one faint line; what went wrong, as sentences. */
export function TurnEnd({ turn, last }: TurnEndProps) {
  const { sessionId, onRetry } = useChat()
  const files = useMemo(() => new Set(changedFiles(turn).map(({ path }) => path)).size, [turn])
  if (turn.status === 'in-progress') return null
  const { mark, word } = OUTCOMES[turn.status]
  const { startedAt, endedAt, usage, error } = turn
  const asked = last && error ? lastWords(turn) : undefined
  return (
    <>
      {error && (
        <FaultNote fault={error}>
          {asked !== undefined && (
            <button type="button" onClick={() => onRetry(asked)}>
              Try again
            </button>
          )}
        </FaultNote>
      )}
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
        {files > 0 && (
          <>
            <span className="x-figure">{plural(files, 'file')} changed</span>
            <a href={sessionHref(sessionId, { pane: 'changes', turnId: turn.id })}>
              All changes of this turn
            </a>
          </>
        )}
        {endedAt !== undefined && <Ago at={endedAt} />}
      </p>
    </>
  )
}

/** What was asked for last in the turn. */
function lastWords(turn: Turn): string | undefined {
  const item = turn.items.findLast((one) => one.type === 'user-message')
  return item?.type === 'user-message' ? item.text : undefined
}
