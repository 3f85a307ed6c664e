/** Who speaks in a message of the input. Roles that a newer client invents become `unknown`. */
export type MessageRole = 'user' | 'assistant' | 'developer' | 'system' | 'unknown'

/** An image that came with a message or as the output of a call. */
export interface InputImage {
  /** As it came; Codex sends every image as a `data:` URL, so its length is about 4/3 of the bytes. */
  readonly url: string
  /** `low`, `high`, `auto`, `original`; undefined when the client left it open. */
  readonly detail: string | undefined
  /** The file that it was read from, when Codex says so. */
  readonly path: string | undefined
}

/** Something that was said in the conversation so far. */
export interface InputMessage {
  readonly type: 'message'
  readonly role: MessageRole
  /** One string per text part; Codex puts several notes of its own into one message. */
  readonly parts: readonly string[]
  /** How many parts hold no text: images and files. */
  readonly otherParts: number
  /** The images among its parts, in order. */
  readonly images: readonly InputImage[]
}

/** What one agent sends to another, where sub-agents speak in items of their own kind (the newer of Codex's two ways). */
export interface InputAgentMessage {
  readonly type: 'agent-message'
  /** `NEW_TASK`, `MESSAGE`, `FINAL_ANSWER`, and what newer clients add. */
  readonly kind: string
  /** Paths such as `/root` and `/root/helper`. */
  readonly author: string
  readonly recipient: string
  readonly text: string
}

/** A tool call that the model made earlier: a function call, or a custom tool's free text. */
export interface InputCall {
  readonly type: 'call'
  readonly callId: string
  readonly name: string
  /** JSON text of a function call; the raw input of a custom tool. */
  readonly arguments: string
}

/** What the client answered to a call. */
export interface InputOutput {
  readonly type: 'output'
  readonly callId: string
  readonly text: string
  /** What `view_image` brought. */
  readonly images: readonly InputImage[]
}

/** Anything that this package does not read: reasoning, tool lists, kinds that are newer than this code. */
export interface InputOther {
  readonly type: 'other'
  readonly wireType: string
}

export type InputItem = InputMessage | InputAgentMessage | InputCall | InputOutput | InputOther

/** A tool that the request offers. */
export interface ToolOffer {
  readonly name: string
  /** `function`, `custom`, `web_search` and whatever else the client names; `nested` when only the code of an `exec` call reaches it by rights. */
  readonly kind: string
  /** The group that a nested tool was listed under. */
  readonly namespace?: string
}

/** The sub-agent that asks. */
export interface RequestAgent {
  readonly parentThreadId: string
  /** Such as `/root/helper`; undefined in Codex's older way, where agents have no names. */
  readonly path: string | undefined
}

/** The JSON that the answer must be. */
export interface OutputSchema {
  readonly name: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** One `POST /v1/responses`, in the few words that a model needs. */
export interface ModelRequest {
  readonly model: string
  readonly instructions: string
  /** The whole conversation, oldest first: a turn may have been begun by a process that is gone. */
  readonly input: readonly InputItem[]
  /** Tools of the `tools` member and of `additional_tools` items of the input. */
  readonly tools: readonly ToolOffer[]
  readonly stream: boolean
  /** The thread that asks: a sub-agent has one of its own. Codex's metadata, else `prompt_cache_key`. */
  readonly threadId: string | undefined
  /** Undefined when the main thread asks. */
  readonly agent: RequestAgent | undefined
  /** What the answer is for. Kinds that a newer client invents are `other`. */
  readonly purpose: 'turn' | 'compaction' | 'other'
  /** Undefined when the answer may be any text. */
  readonly outputSchema: OutputSchema | undefined
  /** The JSON body as it came, for what the fields above leave out. */
  readonly body: Readonly<Record<string, unknown>>
}
