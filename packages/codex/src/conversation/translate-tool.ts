import type { AgentCall, Item, ToolCall } from '@x/agents/conversation'
import type { ThreadItem } from '@x/codex-appserver'
import { boundText } from './bound-text.ts'

type Of<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>
type Phase = Item['phase']

/** UTF-16 units of what goes into a tool, and of what comes out. */
export const MAX_TOOL_TEXT = 64 * 1024

export function translateMcpToolCall(item: Of<'mcpToolCall'>, phase: Phase): ToolCall {
  const { result, error } = item
  const answer =
    result && result.content.length > 0 ? outputText(result.content) : toJson(result?.structuredContent)
  return {
    type: 'tool-call',
    id: item.id,
    phase,
    server: item.server,
    tool: item.tool,
    status: callStatus(item.status),
    input: boundText(toJson(item.arguments), MAX_TOOL_TEXT),
    output: boundText(error ? error.message : answer, MAX_TOOL_TEXT),
    ...(typeof item.durationMs === 'number' && { durationMs: item.durationMs }),
  }
}

export function translateDynamicToolCall(item: Of<'dynamicToolCall'>, phase: Phase): ToolCall {
  const { namespace } = item
  return {
    type: 'tool-call',
    id: item.id,
    phase,
    ...(typeof namespace === 'string' && { server: namespace }),
    tool: item.tool,
    status: item.success === false ? 'failed' : callStatus(item.status),
    input: boundText(toJson(item.arguments), MAX_TOOL_TEXT),
    output: boundText(outputText(item.contentItems ?? []), MAX_TOOL_TEXT),
    ...(typeof item.durationMs === 'number' && { durationMs: item.durationMs }),
  }
}

export function translateAgentCall(item: Of<'collabAgentToolCall'>, phase: Phase): AgentCall {
  return {
    type: 'agent-call',
    id: item.id,
    phase,
    action: item.tool,
    status: callStatus(item.status),
    ...(typeof item.prompt === 'string' && { prompt: boundText(item.prompt, MAX_TOOL_TEXT) }),
    agentIds: item.receiverThreadIds,
  }
}

/** What the newer of Codex's two ways to work with agents tells: a step of an agent, and no call. */
export function translateAgentActivity(item: Of<'subAgentActivity'>, phase: Phase): AgentCall {
  return {
    type: 'agent-call',
    id: item.id,
    phase,
    action: item.kind,
    status: 'completed',
    agentIds: [item.agentThreadId],
  }
}

/** The text of what a tool gave back; what is no text is named. */
export function outputText(output: unknown): string {
  if (typeof output === 'string') return output
  if (!Array.isArray(output)) return toJson(output)
  return output.map(partText).join('\n')
}

function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return toJson(part)
  const { text, type, resource }: { text?: unknown; type?: unknown; resource?: unknown } = part
  if (typeof text === 'string') return text
  if (typeof resource === 'object' && resource !== null && 'text' in resource) return partText(resource)
  return `[${typeof type === 'string' ? type : 'unknown'}]`
}

function toJson(value: unknown): string {
  if (value === undefined || value === null) return ''
  return JSON.stringify(value)
}

function callStatus(status: string): ToolCall['status'] {
  if (status === 'completed') return 'completed'
  return status === 'failed' || status === 'interrupted' ? 'failed' : 'running'
}
