import type { ConversationEvent } from './conversation-event.ts'

/** Adds an event to a batch; a delta that follows a delta of the same item becomes one with it. The batch is changed. */
export function joinDeltas(batch: ConversationEvent[], event: ConversationEvent): void {
  const last = batch.at(-1)
  if (
    event.type === 'item-delta' &&
    last?.type === 'item-delta' &&
    last.itemId === event.itemId &&
    last.kind === event.kind &&
    last.turnId === event.turnId
  ) {
    batch[batch.length - 1] = { ...last, text: last.text + event.text }
  } else {
    batch.push(event)
  }
}
