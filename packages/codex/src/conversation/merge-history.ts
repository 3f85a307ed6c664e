import type { ConversationEvent, Turn } from '@x/agents/conversation'

/**
 * What is shown after a re-attach: the history as Codex tells it, and what Codex does not have.
 *
 * A turn that we saw and that the history lacks was cut before Codex wrote it down: it stays, as interrupted, so that
 * nobody's words vanish. What was seen of a turn as a whole (its diff, for example) stays where the history is silent
 * of it. Events that were kept back and tell of a message that the history has under another name are
 * left out: `isKnown` tells them. Pure.
 */
export function mergeHistory(
  seen: readonly Turn[],
  history: readonly Turn[],
  held: readonly ConversationEvent[],
): { readonly turns: readonly Turn[]; readonly isKnown: (event: ConversationEvent) => boolean } {
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
  const isKnown = (event: ConversationEvent): boolean =>
    (event.type === 'item-started' || event.type === 'item-completed') &&
    event.item.type === 'user-message' &&
    event.item.clientId !== undefined &&
    names.has(event.item.clientId)
  const before = new Map(seen.map((turn) => [turn.id, turn]))
  const turns = history.map((turn) => {
    const { usage, plan, diff } = before.get(turn.id) ?? {}
    return { ...(usage && { usage }), ...(plan && { plan }), ...(diff !== undefined && { diff }), ...turn }
  })
  return { turns: [...turns, ...cut], isKnown }
}
