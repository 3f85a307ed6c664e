import type { Turn, TurnStatus } from '@x/agents/conversation'
import type { Turn as CodexTurn } from '@x/codex-appserver'
import { translateError } from './translate-error.ts'
import { translateItem } from './translate-item.ts'

export function translateTurn(turn: CodexTurn): Turn {
  return {
    id: turn.id,
    status: translateStatus(turn),
    // Codex lists an item only once it is complete.
    items: turn.items.map((item) => translateItem(item, 'done')),
    ...(turn.error && { error: translateError(turn.error) }),
    ...milliseconds('startedAt', turn.startedAt),
    ...milliseconds('endedAt', turn.completedAt),
  }
}

/** A turn that was cut by the end of its process is `failed` without an error in some versions: it was interrupted. */
export function translateStatus(turn: CodexTurn): TurnStatus {
  switch (turn.status) {
    case 'inProgress':
      return 'in-progress'
    case 'completed':
    case 'interrupted':
      return turn.status
    case 'failed':
      return turn.error ? 'failed' : 'interrupted'
    default:
      return 'failed'
  }
}

/** Codex tells seconds. */
export function milliseconds<K extends string>(
  name: K,
  seconds: number | null | undefined,
): { [P in K]?: number } {
  return (typeof seconds === 'number' ? { [name]: seconds * 1000 } : {}) as { [P in K]?: number }
}
