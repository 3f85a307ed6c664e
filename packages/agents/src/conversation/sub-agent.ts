/** An agent that the agent has begun: a thread of its own, of which only this is shown here. */
export interface SubAgent {
  /** Its thread. */
  readonly id: string
  readonly name?: string
  readonly status: 'running' | 'waiting' | 'done' | 'failed'
  /** Its last words, at most 4 Ki UTF-16 units. */
  readonly lastMessage?: string
}
