/** A message to the agent, ready to be sent. */
export interface OutgoingMessage {
  /** The same for each try of one message, also after a restart; no other message has it. */
  readonly clientId: string
  /** Each line begins with the prefix of the harness; nothing is to be added. */
  readonly text: string
}

/** The way from the harness to an agent: implemented by its wrapper. */
export interface AgentSender {
  /**
   * Hands a message to the agent. Resolves when it will not be lost any more; a wrapper may wait until the agent takes it.
   * What it throws means that the message may or may not have arrived. When `signal` aborts, it should settle soon: what it
   * does after twice its time is not known, and `wasSent` is asked.
   */
  send(message: OutgoingMessage, options: { readonly signal: AbortSignal }): Promise<void>
  /** Whether a message of that id has arrived: asked before one is sent that may have been sent before. */
  wasSent(clientId: string, options: { readonly signal: AbortSignal }): Promise<boolean>
  /** Resolves when the agent may be spoken to. @default at any time */
  whenFree?(options: { readonly signal: AbortSignal }): Promise<void>
}
