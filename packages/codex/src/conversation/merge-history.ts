import type { ConversationEvent, Turn } from '@x/agents/conversation'

/**
 * What is shown after a re-attach: the history as Codex tells it, and what Codex does not have.
 *
 * A turn that we saw and that the history lacks was cut before Codex wrote it down: it stays, as interrupted, so that
 * nobody's words vanish. Events that were kept back and tell of a message that the history has under another name are
 * left out. Pure.
 */
export function mergeHistory(
  seen: readonly Turn[],
  history: readonly Turn[],
  held: readonly ConversationEvent[],
): { readonly turns: readonly Turn[]; readonly held: readonly ConversationEvent[] } {
  const known = new Set(history.map((turn) => turn.id))
  const begun = new Set(held.flatMap((event) => ('turnId' in event ? [event.turnId] : [])))
  const cut = seen
    .filter((turn) => !known.has(turn.id) && !begun.has(turn.id) && turn.items.length > 0)
    .map((turn) => (turn.status === 'in-progress' ? { ...turn, status: 'interrupted' as const } : turn))
  const names = new Set(
    history.flatMap((turn) =>
      turn.items.flatMap((item) => (item.type === 'user-message' ? [item.clientId] : [])),
    ),
  )
  const isKnownMessage = (event: ConversationEvent): boolean =>
    (event.type === 'item-started' || event.type === 'item-completed') &&
    event.item.type === 'user-message' &&
    event.item.clientId !== undefined &&
    names.has(event.item.clientId)
  return { turns: [...history, ...cut], held: held.filter((event) => !isKnownMessage(event)) }
}
