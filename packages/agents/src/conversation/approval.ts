/**
 * - `accept`: this once. `accept-for-session`: this and its like until the session ends.
 * - `decline`: not this; the agent goes on. `cancel`: not this, and the turn is interrupted.
 */
export type ApprovalDecision = 'accept' | 'accept-for-session' | 'decline' | 'cancel'

/** The agent waits for a person's word. Open until it is answered by anyone, or its turn ends. */
export interface Approval {
  /** Stable over reconnects and restarts while the agent waits. */
  readonly id: string
  readonly turnId: string
  readonly itemId: string
  /** `SubAgent.id`, when it is not the agent itself that asks: turn and item are then none of the conversation's. */
  readonly agentId?: string
  readonly kind: 'command' | 'file-change'
  /** The exact command, for `command`. */
  readonly command?: string
  readonly cwd?: string
  /** Why the agent asks, in its own words. */
  readonly reason?: string
  /** Accepting lets it run outside the sandbox: then it can read and write whatever the account can, this login too. */
  readonly leavesSandbox: boolean
  /** What may be answered; never empty. */
  readonly choices: readonly ApprovalDecision[]
  /** Milliseconds since the epoch. */
  readonly requestedAt: number
}
