import type { SessionStatus } from '@x/agents/conversation'
import type { MarkKind } from '../theme/mark.tsx'

export interface SessionState {
  readonly mark: MarkKind
  readonly word: string
}

/** How a session stands, as a mark and a word. */
export function sessionState(status: SessionStatus): SessionState {
  switch (status.state) {
    case 'starting':
      return { mark: 'waiting', word: 'starting' }
    case 'ready':
      if (status.needsYou > 0) return { mark: 'asking', word: 'needs you' }
      return status.turn === 'running' ? { mark: 'running', word: 'running' } : { mark: 'idle', word: 'idle' }
    case 'failed':
      return { mark: 'failed', word: 'failed' }
    case 'ended':
      return { mark: 'ended', word: 'ended' }
  }
}

/** Open approvals and questions of a session. */
export function needsYou(status: SessionStatus): number {
  return status.state === 'ready' ? status.needsYou : 0
}
