import type { Turn, TurnStatus } from '@x/agents/conversation'
import type { Turn as CodexTurn } from '@x/codex-appserver'
import { translateError } from './translate-error.ts'
import { translateItem } from './translate-item.ts'

export function translateTurn(turn: CodexTurn): Turn {
  return {
    id: turn.id,
    status: translateStatus(turn),
    items: turn.items.map((item) => translateItem(item, listedPhase(item))),
    ...(turn.error && { error: translateError(turn.error) }),
    ...turnTimes(turn),
  }
}

/** Codex lists an item only once it is complete, but for a change of files that waits for its approval. */
function listedPhase(item: CodexTurn['items'][number]): 'open' | 'done' {
  return item.type === 'fileChange' && item.status === 'inProgress' ? 'open' : 'done'
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

/** When a turn began and ended. Codex tells whole seconds, and the duration in milliseconds: the end is told from both. */
export function turnTimes(turn: CodexTurn): { readonly startedAt?: number; readonly endedAt?: number } {
  const startedAt = typeof turn.startedAt === 'number' ? turn.startedAt * 1000 : undefined
  const completedAt = typeof turn.completedAt === 'number' ? turn.completedAt * 1000 : undefined
  const endedAt =
    startedAt !== undefined && typeof turn.durationMs === 'number' ? startedAt + turn.durationMs : completedAt
  return { ...(startedAt !== undefined && { startedAt }), ...(endedAt !== undefined && { endedAt }) }
}
