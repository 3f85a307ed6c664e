import type { ConversationState } from './conversation-state.ts'
import type { FeedCursor, FeedFrame } from './feed-frame.ts'
import { foldConversation } from './fold-conversation.ts'

/** A viewer's side of the feed: what it shows and how far it has come. */
export interface FeedView {
  readonly cursor: FeedCursor
  readonly state: ConversationState
}

/**
 * Folds one frame into a viewer's view.
 * @returns the same object for a frame that it already has; `undefined` when a frame is missing in between, so that the viewer must ask anew.
 */
export function foldFrame(view: FeedView | undefined, frame: FeedFrame): FeedView | undefined {
  const cursor = { epoch: frame.epoch, seq: frame.seq }
  if (frame.type === 'snapshot') return { cursor, state: frame.state }
  if (view?.cursor.epoch !== frame.epoch) return undefined
  if (frame.seq <= view.cursor.seq) return view
  if (frame.seq !== view.cursor.seq + 1) return undefined
  return { cursor, state: foldConversation(view.state, frame.events) }
}
