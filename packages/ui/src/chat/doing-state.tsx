import type { Command } from '@x/agents/conversation'
import { Mark } from '../theme/mark.tsx'
import type { MarkKind } from '../theme/mark.tsx'

const STATES: Readonly<Record<Command['status'], { readonly mark: MarkKind; readonly word: string }>> = {
  running: { mark: 'running', word: 'running' },
  completed: { mark: 'done', word: 'done' },
  failed: { mark: 'failed', word: 'failed' },
  declined: { mark: 'declined', word: 'declined' },
}

/** How something that the agent does stands: a mark and a word. */
export function DoingState({ status }: { readonly status: Command['status'] }) {
  const { mark, word } = STATES[status]
  return (
    <span className={`x-state x-state-${mark}`}>
      <Mark kind={mark} /> {word}
    </span>
  )
}
