/**
 * Where an item stands.
 *
 * - `open`: it is being made; deltas are added to it.
 * - `catching-up`: it is being made, but its beginning was missed. Deltas are left out, since a later piece must never be glued to a gap; the completed item brings the whole.
 * - `done`: final.
 */
export type ItemPhase = 'open' | 'catching-up' | 'done'

interface ItemBase {
  /** Unique within the conversation. */
  readonly id: string
  readonly phase: ItemPhase
}

export interface UserMessage extends ItemBase {
  readonly type: 'user-message'
  readonly text: string
  /** What the sender called it, when it said so: the means to tell that a message has arrived. */
  readonly clientId?: string
}

export interface AgentMessage extends ItemBase {
  readonly type: 'agent-message'
  /** Markdown. */
  readonly text: string
}

export interface Reasoning extends ItemBase {
  readonly type: 'reasoning'
  readonly text: string
}

export interface Command extends ItemBase {
  readonly type: 'command'
  /** As the agent wrote it, without the shell that the agent wraps around it. */
  readonly command: string
  readonly cwd: string
  readonly status: 'running' | 'completed' | 'failed' | 'declined'
  /** stdout and stderr as they came; the end of it when it is longer than what is kept. */
  readonly output: string
  /** UTF-16 units of output before what is kept. */
  readonly outputDropped: number
  readonly exitCode?: number
  readonly durationMs?: number
}

export interface FileChange extends ItemBase {
  readonly type: 'file-change'
  readonly status: 'running' | 'completed' | 'failed' | 'declined'
  readonly changes: readonly {
    readonly path: string
    readonly kind: 'add' | 'update' | 'delete'
    /** Unified diff, or the content of a new file. */
    readonly diff: string
  }[]
}

/** Something that the agent did and that has no form of its own here: said by name, never left out. */
export interface OtherItem extends ItemBase {
  readonly type: 'other'
  /** The agent's own word for it. */
  readonly kind: string
  readonly text: string
}

/** One thing that was said or done in a turn. */
export type Item = UserMessage | AgentMessage | Reasoning | Command | FileChange | OtherItem
