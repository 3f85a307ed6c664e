import type { ConversationEvent, DeltaKind } from '@x/agents/conversation'
import type { KnownNotification } from '@x/codex-appserver'
import { translateError } from './translate-error.ts'
import { translateItem } from './translate-item.ts'
import { translateStatus, translateTurn, turnTimes } from './translate-turn.ts'

/**
 * What a notification says of the thread `threadId`, in the words of every agent; empty for what it does not tell a
 * viewer, and for other threads (a connection carries those of sub-agents and reviews too). Pure.
 */
export function translateNotification(
  threadId: string,
  notification: KnownNotification,
): readonly ConversationEvent[] {
  const { params } = notification
  if ('threadId' in params && typeof params.threadId === 'string' && params.threadId !== threadId) return []
  switch (notification.method) {
    case 'turn/started':
      return [{ type: 'turn-started', turn: translateTurn(notification.params.turn) }]
    case 'turn/completed':
      return turnEnded(notification.params.turn)
    case 'item/started': {
      const { turnId, item } = notification.params
      return [{ type: 'item-started', turnId, item: translateItem(item, 'open') }]
    }
    case 'item/completed': {
      const { turnId, item } = notification.params
      return [{ type: 'item-completed', turnId, item: translateItem(item, 'done') }]
    }
    case 'item/agentMessage/delta':
      return delta('agent-message', notification.params)
    case 'item/reasoning/summaryTextDelta':
      return delta('reasoning', notification.params)
    case 'item/commandExecution/outputDelta':
      return delta('command', notification.params)
    case 'error': {
      const { turnId, willRetry, error } = notification.params
      return willRetry ? [{ type: 'turn-waiting', turnId, waiting: translateError(error) }] : []
    }
    case 'thread/tokenUsage/updated': {
      const { turnId, tokenUsage } = notification.params
      const { inputTokens, outputTokens, totalTokens } = tokenUsage.last
      return [{ type: 'turn-usage', turnId, usage: { inputTokens, outputTokens, totalTokens } }]
    }
    case 'warning':
    case 'guardianWarning':
      return notice(notification.params.message)
    case 'configWarning':
      return configWarning(notification.params.summary)
    default:
      return []
  }
}

type EndedTurn = Extract<KnownNotification, { method: 'turn/completed' }>['params']['turn']

function turnEnded(turn: EndedTurn): readonly ConversationEvent[] {
  const status = translateStatus(turn)
  if (status === 'in-progress') return []
  const { endedAt } = turnTimes(turn)
  const error = turn.error ? { error: translateError(turn.error) } : {}
  return [
    { type: 'turn-ended', turnId: turn.id, status, ...error, ...(endedAt !== undefined && { endedAt }) },
  ]
}

function delta(
  kind: DeltaKind,
  params: { readonly turnId: string; readonly itemId: string; readonly delta: string },
): readonly ConversationEvent[] {
  return [{ type: 'item-delta', kind, turnId: params.turnId, itemId: params.itemId, text: params.delta }]
}

/** The bundled sandbox helper is what we install; that the system has none of its own is no news. */
function configWarning(summary: string): readonly ConversationEvent[] {
  return /bubblewrap/i.test(summary) ? [] : notice(summary)
}

function notice(message: string): readonly ConversationEvent[] {
  return [{ type: 'notice', notice: { id: message, level: 'warning', message } }]
}
