import { isCodexNote } from './codex-note.ts'
import type { InputCall, InputImage, InputItem, InputMessage, ModelRequest } from './model-request.ts'

/** What came back for one tool call. */
export interface ToolOutput {
  /** The call that it answers; undefined when the call is not in the input (a history that was cut). */
  readonly call: InputCall | undefined
  readonly callId: string
  readonly text: string
}

/** What was asked, oldest first: by persons, and of a sub-agent by the agent above it; without the notes that Codex puts into the conversation in their name. */
export function userTexts(request: ModelRequest): readonly string[] {
  return request.input.flatMap((item) => {
    const text = askedText(item)
    return text === undefined ? [] : [text]
  })
}

/** The newest message that asks for something; empty when there is none. */
export function lastUserText(request: ModelRequest): string {
  return userTexts(request).at(-1) ?? ''
}

/** What came back for the tool calls that were made since the person's newest message, oldest first. */
export function toolOutputs(request: ModelRequest): readonly ToolOutput[] {
  const start = request.input.findLastIndex((item) => askedText(item) !== undefined)
  const calls = new Map(
    request.input.flatMap((item) => (item.type === 'call' ? [[item.callId, item] as const] : [])),
  )
  return request.input
    .slice(start + 1)
    .flatMap((item) =>
      item.type === 'output' ? [{ call: calls.get(item.callId), callId: item.callId, text: item.text }] : [],
    )
}

/** Every image of the conversation, oldest first: those that came with messages and those that `view_image` brought. */
export function inputImages(request: ModelRequest): readonly InputImage[] {
  return request.input.flatMap((item) =>
    item.type === 'message' || item.type === 'output' ? item.images : [],
  )
}

/** What an item asks for; undefined for all that is no request. A sub-agent's answer to the one above it is none. */
export function askedText(item: InputItem): string | undefined {
  if (item.type === 'agent-message') return item.kind === 'FINAL_ANSWER' ? undefined : item.text
  return item.type === 'message' ? personText(item) : undefined
}

/** The text of a message if a person wrote it (empty for a lone image); undefined for every other role and for Codex's own notes. */
export function personText(message: InputMessage): string | undefined {
  if (message.role !== 'user') return undefined
  const own = message.parts.filter((part) => !isCodexNote(part))
  return own.length === 0 && message.otherParts === 0 ? undefined : own.join('\n')
}
