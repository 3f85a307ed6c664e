import type { ConversationState } from '@x/agents/conversation'

/** A message that was sent from here and is not yet seen in the conversation. */
export interface PendingMessage {
  readonly clientId: string
  readonly text: string
  /** Into the turn that runs, or after it. */
  readonly when: 'now' | 'next'
  /** The turn that took it, once the server has said so. */
  readonly turnId?: string
}

/** Those that the conversation does not show yet. */
export function stillPending(
  outbox: readonly PendingMessage[],
  state: ConversationState,
): readonly PendingMessage[] {
  if (outbox.length === 0) return outbox
  return outbox.filter((message) => !hasArrived(state, message))
}

/** Whether the conversation shows the message, in a turn or in the queue: by the name that we gave it, else in the turn that took it. */
export function hasArrived(state: ConversationState, message: PendingMessage): boolean {
  if (state.queue.messages.some((waiting) => waiting.id === message.clientId)) return true
  return state.turns.some((turn) =>
    turn.items.some(
      (item) =>
        item.type === 'user-message' &&
        (item.clientId === message.clientId ||
          (turn.id === message.turnId && item.clientId === undefined && item.text === message.text)),
    ),
  )
}
