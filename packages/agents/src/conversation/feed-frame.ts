import type { ConversationEvent } from './conversation-event.ts'
import type { ConversationState } from './conversation-state.ts'

/** How far a viewer has come. Another epoch means another count: nothing can be said about the distance. */
export interface FeedCursor {
  readonly epoch: string
  readonly seq: number
}

/**
 * What a viewer gets: a snapshot first, or at once the events it missed, then events as they come.
 * Each frame's `seq` is one more than the frame before it; a snapshot's `seq` is that of the last frame it holds.
 * A snapshot may come at any time and replaces all that the viewer has.
 */
export type FeedFrame =
  | {
      readonly type: 'snapshot'
      readonly epoch: string
      readonly seq: number
      readonly state: ConversationState
    }
  | {
      readonly type: 'events'
      readonly epoch: string
      readonly seq: number
      readonly events: readonly ConversationEvent[]
    }
