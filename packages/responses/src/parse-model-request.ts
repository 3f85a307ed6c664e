import { z } from 'zod'

import type {
  InputAgentMessage,
  InputImage,
  InputItem,
  InputMessage,
  MessageRole,
  ModelRequest,
  ToolOffer,
} from './model-request.ts'
import { parseCodexMetadata } from './parse-codex-metadata.ts'

const partSchema = z.looseObject({
  type: z.string().optional(),
  text: z.string().optional().catch(undefined),
  image_url: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
  // Sub-agents of the newer kind: the part holds what the model wrote, in the clear when the model is ours.
  encrypted_content: z.string().optional().catch(undefined),
})
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
  author: z.string().optional().catch(undefined),
  recipient: z.string().optional().catch(undefined),
})
const toolSchema = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional().catch(undefined),
  tools: z.unknown().optional(),
})
const formatSchema = z.looseObject({
  type: z.literal('json_schema'),
  name: z.string().catch('output'),
  schema: z.record(z.string(), z.unknown()),
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
  text: z
    .looseObject({ format: formatSchema.optional().catch(undefined) })
    .nullish()
    .catch(undefined),
  client_metadata: z.unknown().optional(),
})

type WirePart = z.infer<typeof partSchema>
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
  const metadata = parseCodexMetadata(data.client_metadata)
  const format = data.text?.format
  // Compacting over a request of its own kind is asked for by a last item, and by the metadata alone otherwise.
  const isCompaction = metadata.requestKind === 'compaction' || items.at(-1)?.type === 'compaction_trigger'
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
      threadId: metadata.threadId ?? data.prompt_cache_key ?? undefined,
      agent:
        metadata.parentThreadId === undefined
          ? undefined
          : { parentThreadId: metadata.parentThreadId, path: metadata.agentPath },
      purpose: isCompaction ? 'compaction' : (metadata.requestKind ?? 'turn') === 'turn' ? 'turn' : 'other',
      outputSchema: format === undefined ? undefined : { name: format.name, schema: format.schema },
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
    case 'agent_message':
      return readAgentMessage(item)
    case 'function_call':
      return { type: 'call', callId, name: item.name ?? '', arguments: item.arguments ?? '' }
    case 'custom_tool_call':
      return { type: 'call', callId, name: item.name ?? '', arguments: item.input ?? '' }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const parts = readOutput(item.output)
      return {
        type: 'output',
        callId,
        text: parts.map((part) => part.text ?? '').join(''),
        images: readImages(parts),
      }
    }
    default:
      return { type: 'other', wireType }
  }
}

function readMessage(item: WireItem): InputMessage {
  const role = item.role !== undefined && ROLES.includes(item.role) ? (item.role as MessageRole) : 'unknown'
  const content = partsOf(item.content)
  const parts = content.flatMap((part) => (part.text === undefined ? [] : [part.text]))
  return {
    type: 'message',
    role,
    parts,
    otherParts: content.length - parts.length,
    images: readImages(content),
  }
}

/** A head such as `Message Type: NEW_TASK … Payload:`, then the text, in the same part or in one of its own. */
function readAgentMessage(item: WireItem): InputAgentMessage {
  const text = partsOf(item.content)
    .map((part) => part.text ?? part.encrypted_content ?? '')
    .join('')
  const head = /^Message Type: (\w+)[\s\S]*?\nPayload:\n/.exec(text)
  return {
    type: 'agent-message',
    kind: head?.[1] ?? 'MESSAGE',
    author: item.author ?? '',
    recipient: item.recipient ?? '',
    text: text.slice(head?.[0].length ?? 0),
  }
}

function partsOf(content: string | readonly WirePart[] | null | undefined): readonly WirePart[] {
  return typeof content === 'string' ? [{ text: content }] : (content ?? [])
}

/** Codex names the file of a local image in a text part before it. */
function readImages(parts: readonly WirePart[]): readonly InputImage[] {
  return parts.flatMap((part, index) => {
    if (part.image_url === undefined) return []
    const path = /^<image [^>]*\bpath="([^"]*)">$/.exec(parts[index - 1]?.text ?? '')?.[1]
    return [{ url: part.image_url, detail: part.detail, path }]
  })
}

/** An output is a string, a list of parts (code mode, images), or, from older clients, an object with `content`. */
function readOutput(output: unknown): readonly WirePart[] {
  const asContent = contentSchema.safeParse(output)
  if (asContent.success) return partsOf(asContent.data)
  const wrapped = z.looseObject({ content: contentSchema }).safeParse(output)
  return wrapped.success ? partsOf(wrapped.data.content) : []
}

function readTools(tools: unknown, namespace?: string): ToolOffer[] {
  const list = z.array(toolSchema.catch({ tools: undefined })).safeParse(tools)
  if (!list.success) return []
  return list.data.flatMap((tool) => {
    if (tool.tools !== undefined) return readTools(tool.tools, tool.name)
    const kind = tool.type ?? 'unknown'
    const name = tool.name ?? kind
    const offer = { name, kind, ...(namespace === undefined ? {} : { namespace }) }
    return name === 'exec' && kind === 'custom' ? [offer, ...readNested(tool.description ?? '')] : [offer]
  })
}

/** In code mode the other tools stand as headings in the description of the one that runs code. */
function readNested(description: string): ToolOffer[] {
  return Array.from(description.matchAll(/^### `(\w+)`/gm), ([, name = '']) => ({ name, kind: 'nested' }))
}
