import type { Command } from '@x/agents/conversation'
import { Mark } from '../theme/mark.tsx'
import type { MarkKind } from '../theme/mark.tsx'

const STATES: Readonly<Record<Command['status'], { readonly mark: MarkKind; readonly word: string }>> = {
  running: { mark: 'running', word: 'running' },
  completed: { mark: 'done', word: 'done' },
  failed: { mark: 'failed', word: 'failed' },
  refused: { mark: 'declined', word: 'refused' },
  declined: { mark: 'declined', word: 'declined' },
}

/** The agent calls it running from when it asks; to a person it has not begun. */
const ASKED = { mark: 'asking', word: 'waits for you' } as const

export interface DoingStateProps {
  readonly status: Command['status']
  /** Its approval is open. */
  readonly asked: boolean
}

/** How something that the agent does stands: a mark and a word. */
export function DoingState({ status, asked }: DoingStateProps) {
  const { mark, word } = asked && status === 'running' ? ASKED : STATES[status]
  return (
    <span className={`x-state x-state-${mark}`}>
      <Mark kind={mark} /> {word}
    </span>
  )
}
