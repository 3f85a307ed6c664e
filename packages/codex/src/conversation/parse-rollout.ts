import type { TokenUsage } from '@x/agents/conversation'
import { z } from 'zod'

/**
 * The lines of a rollout (Codex's own record of a thread, one JSON object a line) that tell what the protocol leaves
 * out. Everything else, and whatever a later version writes, is passed over.
 */
export type RolloutEntry =
  | { readonly type: 'turn-began'; readonly turnId: string }
  | { readonly type: 'turn-finished'; readonly turnId: string }
  /** `network`: whether commands had it; absent where the line does not say so. */
  | { readonly type: 'turn-context'; readonly cwd: string; readonly network?: boolean }
  | { readonly type: 'agent-said'; readonly id: string; readonly text: string }
  | {
      readonly type: 'call'
      readonly callId: string
      readonly name: string
      /** Absent where the line does not say it. */
      readonly turnId?: string
      /** Absent where they are no JSON object. */
      readonly arguments?: Readonly<Record<string, unknown>>
    }
  | {
      readonly type: 'tokens-used'
      /** By the newest answer of the model. */
      readonly last: Required<TokenUsage>
      /** By the whole thread. */
      readonly total: number
      readonly window?: number
    }
  | { readonly type: 'call-answered'; readonly callId: string; readonly output: string }

const taskStarted = z.object({
  type: z.literal('event_msg'),
  payload: z.object({ type: z.literal('task_started'), turn_id: z.string() }),
})
const taskFinished = z.object({
  type: z.literal('event_msg'),
  payload: z.object({ type: z.enum(['task_complete', 'turn_aborted']), turn_id: z.string() }),
})
const turnContext = z.object({
  type: z.literal('turn_context'),
  payload: z.object({
    cwd: z.string(),
    permission_profile: z.looseObject({ network: z.string() }).optional().catch(undefined),
  }),
})
const agentMessage = z.object({
  type: z.literal('response_item'),
  payload: z.object({
    type: z.literal('message'),
    role: z.literal('assistant'),
    id: z.string(),
    content: z.array(z.looseObject({ text: z.string().optional() })),
  }),
})
const functionCall = z.object({
  type: z.literal('response_item'),
  payload: z.object({
    type: z.literal('function_call'),
    name: z.string(),
    arguments: z.string(),
    call_id: z.string(),
    internal_chat_message_metadata_passthrough: z
      .looseObject({ turn_id: z.string() })
      .optional()
      .catch(undefined),
  }),
})
/** A call without JSON: of a patch, for example. */
const customCall = z.object({
  type: z.literal('response_item'),
  payload: z.object({ type: z.literal('custom_tool_call'), name: z.string(), call_id: z.string() }),
})
const tokenCount = z.object({
  type: z.literal('event_msg'),
  payload: z.object({
    type: z.literal('token_count'),
    info: z.object({
      total_token_usage: z.object({ total_tokens: z.number() }),
      last_token_usage: z.object({
        input_tokens: z.number(),
        cached_input_tokens: z.number().catch(0),
        output_tokens: z.number(),
        total_tokens: z.number(),
      }),
      model_context_window: z.number().nullish(),
    }),
  }),
})
const callOutput = z.object({
  type: z.literal('response_item'),
  payload: z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string() }),
})

export function parseRollout(text: string): readonly RolloutEntry[] {
  return text.split('\n').flatMap((line) => parseRolloutLine(line) ?? [])
}

/** Most of a rollout is instructions and counters: a look at the text spares parsing them. */
const TELLING =
  /"task_(started|complete)"|"turn_aborted"|"token_count"|"custom_tool_call"|"turn_context"|"role":"assistant"|"function_call(_output)?"/

/** `undefined` for a line that tells nothing to us, or is cut. */
export function parseRolloutLine(line: string): RolloutEntry | undefined {
  if (!TELLING.test(line)) return undefined
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return undefined
  }
  return PARSERS[kindOf(json)]?.(json)
}

type Parser = (json: unknown) => RolloutEntry | undefined

/** By the kind of a line: each is tried against the one shape that it can have. */
const PARSERS: Readonly<Partial<Record<string, Parser>>> = {
  task_started: parseBegin,
  task_complete: parseFinish,
  turn_aborted: parseFinish,
  turn_context: parseContext,
  message: parseMessage,
  function_call: parseCall,
  custom_tool_call: parseCustomCall,
  function_call_output: parseAnswer,
  token_count: parseTokens,
}

function kindOf(json: unknown): string {
  const { type, payload } = (json ?? {}) as { readonly type?: unknown; readonly payload?: unknown }
  const inner = (payload ?? {}) as { readonly type?: unknown }
  return String(type === 'event_msg' || type === 'response_item' ? inner.type : type)
}

function parseBegin(json: unknown): RolloutEntry | undefined {
  const { data } = taskStarted.safeParse(json)
  return data && { type: 'turn-began', turnId: data.payload.turn_id }
}

function parseFinish(json: unknown): RolloutEntry | undefined {
  const { data } = taskFinished.safeParse(json)
  return data && { type: 'turn-finished', turnId: data.payload.turn_id }
}

function parseContext(json: unknown): RolloutEntry | undefined {
  const { data } = turnContext.safeParse(json)
  if (!data) return undefined
  const { cwd, permission_profile: profile } = data.payload
  return { type: 'turn-context', cwd, ...(profile && { network: profile.network === 'enabled' }) }
}

function parseMessage(json: unknown): RolloutEntry | undefined {
  const { data } = agentMessage.safeParse(json)
  if (!data) return undefined
  const { id, content } = data.payload
  return { type: 'agent-said', id, text: content.map((part) => part.text ?? '').join('') }
}

function parseCall(json: unknown): RolloutEntry | undefined {
  const { data } = functionCall.safeParse(json)
  if (!data) return undefined
  const { name, arguments: text, call_id: callId } = data.payload
  const turnId = data.payload.internal_chat_message_metadata_passthrough?.turn_id
  const args = parseArguments(text)
  return {
    type: 'call',
    callId,
    name,
    ...(turnId !== undefined && { turnId }),
    ...(args && { arguments: args }),
  }
}

function parseCustomCall(json: unknown): RolloutEntry | undefined {
  const { data } = customCall.safeParse(json)
  return data && { type: 'call', callId: data.payload.call_id, name: data.payload.name }
}

function parseAnswer(json: unknown): RolloutEntry | undefined {
  const { data } = callOutput.safeParse(json)
  return data && { type: 'call-answered', callId: data.payload.call_id, output: data.payload.output }
}

function parseTokens(json: unknown): RolloutEntry | undefined {
  const { data } = tokenCount.safeParse(json)
  return data && tokensUsed(data.payload.info)
}

function tokensUsed(info: z.infer<typeof tokenCount>['payload']['info']): RolloutEntry {
  const { last_token_usage: last, total_token_usage: total, model_context_window: window } = info
  return {
    type: 'tokens-used',
    last: {
      inputTokens: last.input_tokens,
      outputTokens: last.output_tokens,
      totalTokens: last.total_tokens,
      cachedTokens: last.cached_input_tokens,
    },
    total: total.total_tokens,
    ...(typeof window === 'number' && { window }),
  }
}

function parseArguments(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return z.record(z.string(), z.unknown()).safeParse(json).data
  } catch {
    return undefined
  }
}
