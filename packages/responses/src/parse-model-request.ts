import { z } from 'zod'

import type { InputItem, InputMessage, MessageRole, ModelRequest, ToolOffer } from './model-request.ts'

const partSchema = z.looseObject({ type: z.string().optional(), text: z.string().optional() })
const contentSchema = z.union([z.string(), z.array(partSchema)])
const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: contentSchema.nullish().catch(undefined),
  call_id: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  arguments: z.string().optional().catch(undefined),
  input: z.string().optional().catch(undefined),
  output: z.unknown().optional(),
  tools: z.unknown().optional(),
})
const toolSchema = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  tools: z.unknown().optional(),
})
const requestSchema = z.looseObject({
  model: z.string().min(1),
  instructions: z.string().nullish(),
  input: z.preprocess(
    // A plain string is the API's short form of one message.
    (input) => (typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input),
    z.array(itemSchema),
  ),
  tools: z.unknown().optional(),
  stream: z.boolean().nullish(),
  prompt_cache_key: z.string().nullish().catch(undefined),
})

type WireItem = z.infer<typeof itemSchema>

const ROLES: readonly string[] = ['user', 'assistant', 'developer', 'system'] satisfies MessageRole[]

/** A body that is no request; `param` is the path of the field, in the API's spelling. */
export interface BadRequest {
  readonly message: string
  readonly param: string | null
}

/**
 * Reads the JSON text of a `POST /v1/responses`. Loose: unknown fields and item kinds pass, since a newer client may send them.
 *
 * @returns `{ request }`, or `{ bad }` with what to tell the client. Never throws.
 */
export function parseModelRequest(
  text: string,
): { readonly request: ModelRequest } | { readonly bad: BadRequest } {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { bad: { message: 'The request body is not valid JSON.', param: null } }
  }
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const param = issue === undefined || issue.path.length === 0 ? null : issue.path.join('.')
    return {
      bad: {
        message: `Invalid request${param === null ? '' : ` at '${param}'`}: ${issue?.message ?? 'wrong shape'}.`,
        param,
      },
    }
  }
  const { data } = parsed
  const items = data.input
  return {
    request: {
      model: data.model,
      instructions: data.instructions ?? '',
      input: items.map(readItem),
      tools: [
        ...readTools(data.tools),
        ...items.filter((item) => item.type === 'additional_tools').flatMap((item) => readTools(item.tools)),
      ],
      stream: data.stream ?? false,
      threadId: data.prompt_cache_key ?? undefined,
      body: data,
    },
  }
}

function readItem(item: WireItem): InputItem {
  // The API lets a message leave out its type.
  const wireType = item.type ?? (item.role === undefined ? '' : 'message')
  const callId = item.call_id ?? ''
  switch (wireType) {
    case 'message':
      return readMessage(item)
    case 'function_call':
      return { type: 'call', callId, name: item.name ?? '', arguments: item.arguments ?? '' }
    case 'custom_tool_call':
      return { type: 'call', callId, name: item.name ?? '', arguments: item.input ?? '' }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { type: 'output', callId, text: readOutput(item.output) }
    default:
      return { type: 'other', wireType }
  }
}

function readMessage(item: WireItem): InputMessage {
  const role = item.role !== undefined && ROLES.includes(item.role) ? (item.role as MessageRole) : 'unknown'
  const content = item.content ?? []
  const parts =
    typeof content === 'string'
      ? [content]
      : content.flatMap((part) => (part.text === undefined ? [] : [part.text]))
  return {
    type: 'message',
    role,
    parts,
    otherParts: typeof content === 'string' ? 0 : content.length - parts.length,
  }
}

/** An output is a string, a list of parts (code mode), or, from older clients, an object with `content`. */
function readOutput(output: unknown): string {
  const asContent = contentSchema.safeParse(output)
  if (asContent.success) {
    return typeof asContent.data === 'string'
      ? asContent.data
      : asContent.data.map((part) => part.text ?? '').join('')
  }
  const wrapped = z.looseObject({ content: contentSchema }).safeParse(output)
  return wrapped.success ? readOutput(wrapped.data.content) : ''
}

function readTools(tools: unknown, namespace?: string): ToolOffer[] {
  const list = z.array(toolSchema.catch({ tools: undefined })).safeParse(tools)
  if (!list.success) return []
  return list.data.flatMap((tool) => {
    if (tool.tools !== undefined) return readTools(tool.tools, tool.name)
    const kind = tool.type ?? 'unknown'
    return [{ name: tool.name ?? kind, kind, ...(namespace === undefined ? {} : { namespace }) }]
  })
}
