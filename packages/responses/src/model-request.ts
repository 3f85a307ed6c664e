/** Who speaks in a message of the input. Roles that a newer client invents become `unknown`. */
export type MessageRole = 'user' | 'assistant' | 'developer' | 'system' | 'unknown'

/** Something that was said in the conversation so far. */
export interface InputMessage {
  readonly type: 'message'
  readonly role: MessageRole
  /** One string per text part; Codex puts several notes of its own into one message. */
  readonly parts: readonly string[]
  /** How many parts hold no text: images and files. */
  readonly otherParts: number
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
}

/** Anything that this package does not read: reasoning, tool lists, kinds that are newer than this code. */
export interface InputOther {
  readonly type: 'other'
  readonly wireType: string
}

export type InputItem = InputMessage | InputCall | InputOutput | InputOther

/** A tool that the request offers. */
export interface ToolOffer {
  readonly name: string
  /** `function`, `custom`, `web_search` and whatever else the client names. */
  readonly kind: string
  /** The group that a nested tool was listed under. */
  readonly namespace?: string
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
  /** `prompt_cache_key`; Codex puts its thread id there. */
  readonly threadId: string | undefined
  /** The JSON body as it came, for what the fields above leave out. */
  readonly body: Readonly<Record<string, unknown>>
}
