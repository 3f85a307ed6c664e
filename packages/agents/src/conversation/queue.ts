/** A message that waits until the turn that runs has ended. */
export interface QueuedMessage {
  /** The message's `clientId`. */
  readonly id: string
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly queuedAt: number
  /** It was sent, and its turn was stopped before the agent took it in: it leaves when a person sends it, not by itself. */
  readonly returned?: true | undefined
}

/** What is to be said next, oldest first: the first leaves by itself when no turn runs. It outlives the program that keeps it. */
export interface MessageQueue {
  readonly messages: readonly QueuedMessage[]
  /** Set while nothing leaves by itself, since a turn was interrupted or has failed: until one is sent by hand, or anything is. */
  readonly held?: 'interrupted' | 'failed'
}
