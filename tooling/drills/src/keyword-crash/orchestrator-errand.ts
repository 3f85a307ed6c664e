import type { StorePlace } from '../stores/store-place.ts'

/** What an orchestrator is told when it starts. */
export interface OrchestratorErrand {
  readonly place: StorePlace
  readonly taskId: string
  /** Unique for each start. */
  readonly orchestrator: string
  /** Holds all of the task: the agent's script, its work directory, and what the two files below say. */
  readonly directory: string
  /** Begin anew after each start, as if nothing had been kept. */
  readonly sabotage: boolean
  /** It kills itself there, after so many. @default it is killed from outside, or not at all */
  readonly death?: Death
}

/** In a callback, before that has answered; or when the agent has got a message, before that is known to be so. */
export interface Death {
  readonly where: 'callback' | 'send'
  readonly after: number
}

export const OWNER = 'drill'

/** Where an orchestrator notes each call of its embedder, as a line of JSON. */
export const CALLS = 'calls.jsonl'
/** What the agent was sent, as a line of JSON. */
export const INBOX = 'inbox.jsonl'

export interface Call {
  readonly type: 'deliverable' | 'caller-message' | 'attention'
  readonly id: string
  readonly n: number
}

export interface Sent {
  readonly clientId: string
  readonly text: string
}
