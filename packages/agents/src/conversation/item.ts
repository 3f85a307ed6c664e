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
  /** Names of the pictures and files that came with it. */
  readonly attachments?: readonly string[]
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
  /** A summary, Markdown; its first line is a title when it is bold. */
  readonly text: string
  /** The thoughts themselves, where the agent tells them. */
  readonly detail?: string
}

/** A plan that the agent proposes, as a text of its own. The checklist of a turn is `Turn.plan`. */
export interface ProposedPlan extends ItemBase {
  readonly type: 'plan'
  /** Markdown. */
  readonly text: string
}

/** What the sandbox kept a command from doing, as far as that can be told. */
export interface Refusal {
  readonly denied: 'read' | 'write' | 'network' | 'unknown'
  /** The place that was asked for, absolute. */
  readonly path?: string
  /** What a person may grant to have it tried again; absent where nothing may be granted. */
  readonly grant?: Grant
}

/** One more thing that commands may do for the rest of the session. */
export type Grant = { readonly path: string; readonly mode: 'read' | 'write' } | { readonly network: true }

export interface Command extends ItemBase {
  readonly type: 'command'
  /** As the agent wrote it, without the shell that the agent wraps around it. */
  readonly command: string
  readonly cwd: string
  /** `declined`: a person said no. `refused`: the sandbox did, see `refusal`. */
  readonly status: 'running' | 'completed' | 'failed' | 'declined' | 'refused'
  readonly refusal?: Refusal
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

/** A call of a tool that is neither a command nor a change of files. */
export interface ToolCall extends ItemBase {
  readonly type: 'tool-call'
  /** Who offers the tool: the name of an MCP server, for example. */
  readonly server?: string
  readonly tool: string
  readonly status: 'running' | 'completed' | 'failed'
  /** JSON, at most 64 Ki UTF-16 units. */
  readonly input: string
  /** What came back, or its newest word of progress; at most 64 Ki UTF-16 units. */
  readonly output: string
  readonly durationMs?: number
}

/** The agent hands work to agents of its own, or hears from them. */
export interface AgentCall extends ItemBase {
  readonly type: 'agent-call'
  /** The agent's own word for what it does: `spawnAgent`, `wait`. */
  readonly action: string
  readonly status: 'running' | 'completed' | 'failed'
  readonly prompt?: string
  /** `SubAgent.id` of those that it is about. */
  readonly agentIds: readonly string[]
}

export interface WebSearch extends ItemBase {
  readonly type: 'web-search'
  readonly query: string
}

/** A picture that the agent looked at or made. */
export interface Picture extends ItemBase {
  readonly type: 'picture'
  /** On the agent's machine; absent when it lies nowhere. */
  readonly path?: string
}

/** What was said before this was shortened, to make room in the model's context. */
export interface Compaction extends ItemBase {
  readonly type: 'compaction'
}

/** Something that the agent did and that has no form of its own here: said by name, never left out. */
export interface OtherItem extends ItemBase {
  readonly type: 'other'
  /** The agent's own word for it. */
  readonly kind: string
  readonly text: string
}

/** One thing that was said or done in a turn. */
export type Item =
  | UserMessage
  | AgentMessage
  | Reasoning
  | ProposedPlan
  | Command
  | FileChange
  | ToolCall
  | AgentCall
  | WebSearch
  | Picture
  | Compaction
  | OtherItem
