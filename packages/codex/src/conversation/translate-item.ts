import path from 'node:path'
import type { AgentMessage, Command, FileChange, Item, Picture, WebSearch } from '@x/agents/conversation'
import type { ThreadItem, UserInput } from '@x/codex-appserver'
import { boundText } from './bound-text.ts'
import {
  MAX_TOOL_TEXT,
  outputText,
  translateAgentActivity,
  translateAgentCall,
  translateDynamicToolCall,
  translateMcpToolCall,
} from './translate-tool.ts'
import { unwrapShell } from './unwrap-shell.ts'

type Of<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>
type Phase = Item['phase']

/**
 * One of Codex's items in the words of every agent. What has no form of its own is named, never dropped; an item of a
 * later version, or one that is not as it should be, still says what it is.
 */
export function translateItem(item: ThreadItem, phase: Phase): Item {
  try {
    return translateKnown(item, phase) ?? translateOther(item, phase)
  } catch {
    return translateOther(item, phase)
  }
}

function translateKnown(item: ThreadItem, phase: Phase): Item | undefined {
  const base = { id: item.id, phase }
  switch (item.type) {
    case 'userMessage':
      return translateUserMessage(item, phase)
    case 'agentMessage':
      return translateAgentMessage(item, phase)
    case 'reasoning':
      return translateReasoning(item, phase)
    case 'plan':
      return { ...base, type: 'plan', text: item.text }
    case 'commandExecution':
      return translateCommand(item, phase)
    case 'fileChange':
      return {
        ...base,
        type: 'file-change',
        status: itemStatus(item.status),
        changes: translateChanges(item),
      }
    case 'mcpToolCall':
      return translateMcpToolCall(item, phase)
    case 'dynamicToolCall':
      return translateDynamicToolCall(item, phase)
    case 'collabAgentToolCall':
      return translateAgentCall(item, phase)
    case 'subAgentActivity':
      return translateAgentActivity(item, phase)
    case 'webSearch':
      return translateWebSearch(item, phase)
    case 'imageView':
      return { ...base, type: 'picture', path: item.path }
    case 'imageGeneration':
      return translateMadePicture(item, phase)
    case 'contextCompaction':
      return { ...base, type: 'compaction' }
    default:
      return undefined
  }
}

function translateOther(item: ThreadItem, phase: Phase): Item {
  const { id, type } = item as { readonly id: unknown; readonly type: unknown }
  return {
    type: 'other',
    id: typeof id === 'string' ? id : 'unnamed',
    phase,
    kind: typeof type === 'string' ? type : 'unknown',
    text: boundText(otherText(item), MAX_TOOL_TEXT),
  }
}

function otherText(item: ThreadItem): string {
  try {
    switch (item.type) {
      case 'hookPrompt':
        return item.fragments.map(({ text }) => text).join('\n')
      case 'enteredReviewMode':
      case 'exitedReviewMode':
        return item.review
      case 'functionCallOutput':
        return `${item.name}: ${outputText(item.output)}`
      case 'sleep':
        return `${String(Math.round(item.durationMs / 1000))} s`
      default: {
        return 'text' in item && typeof item.text === 'string' ? item.text : ''
      }
    }
  } catch {
    return ''
  }
}

function translateUserMessage(item: Of<'userMessage'>, phase: Phase): Item {
  const attachments = item.content.flatMap(attachmentName)
  return {
    type: 'user-message',
    id: item.id,
    phase,
    text: item.content.flatMap((input) => (input.type === 'text' ? [input.text] : [])).join('\n'),
    ...(attachments.length > 0 && { attachments }),
    ...(typeof item.clientId === 'string' && { clientId: item.clientId }),
  }
}

function attachmentName(input: UserInput): readonly string[] {
  if (input.type === 'text') return []
  if ('name' in input && typeof input.name === 'string') return [input.name]
  if ('path' in input && typeof input.path === 'string') return [path.posix.basename(input.path)]
  return [input.type]
}

/** What 0.169.0 lets the agent ask without waiting for an answer belongs to what it says. */
function translateAgentMessage(item: Of<'agentMessage'>, phase: Phase): AgentMessage {
  const questions = 'questions' in item ? (item.questions ?? []) : []
  const asked = questions.map(({ title, options }) => {
    return `- ${title}${options && options.length > 0 ? ` (${options.join(' / ')})` : ''}`
  })
  const parts = [item.text, asked.join('\n')].filter((part) => part !== '')
  return { type: 'agent-message', id: item.id, phase, text: parts.join('\n\n') }
}

function translateReasoning(item: Of<'reasoning'>, phase: Phase): Item {
  const detail = (item.content ?? []).join('\n\n')
  return {
    type: 'reasoning',
    id: item.id,
    phase,
    text: (item.summary ?? []).join('\n\n'),
    ...(detail !== '' && { detail }),
  }
}

function translateCommand(item: Of<'commandExecution'>, phase: Phase): Command {
  return {
    type: 'command',
    id: item.id,
    phase,
    command: unwrapShell(item.command),
    cwd: item.cwd,
    status: itemStatus(item.status),
    output: item.aggregatedOutput ?? '',
    outputDropped: 0,
    ...(typeof item.exitCode === 'number' && { exitCode: item.exitCode }),
    ...(typeof item.durationMs === 'number' && { durationMs: item.durationMs }),
  }
}

/** The changes of a patch in the words of every agent. A file that is moved goes at one place and comes at another. */
export function translateChanges({ changes }: Pick<Of<'fileChange'>, 'changes'>): FileChange['changes'] {
  return changes.flatMap(({ path: file, kind, diff }) => {
    if (kind.type !== 'update' || typeof kind.move_path !== 'string')
      return [{ path: file, kind: kind.type, diff }]
    return [
      { path: file, kind: 'delete' as const, diff: '' },
      { path: kind.move_path, kind: 'add' as const, diff },
    ]
  })
}

function itemStatus(status: string): 'running' | 'completed' | 'failed' | 'declined' {
  if (status === 'completed' || status === 'failed' || status === 'declined') return status
  return 'running'
}

function translateWebSearch({ id, query, action }: Of<'webSearch'>, phase: Phase): WebSearch {
  const details: Readonly<Record<string, unknown>> = action ? { ...action } : {}
  const queries = Array.isArray(details['queries']) ? details['queries'].join(', ') : undefined
  const said = [query, details['query'], queries, details['url'], details['pattern']]
  const first = said.find((text): text is string => typeof text === 'string' && text !== '')
  return { type: 'web-search', id, phase, query: first ?? '' }
}

function translateMadePicture(item: Of<'imageGeneration'>, phase: Phase): Picture {
  const { savedPath } = item
  return {
    type: 'picture',
    id: item.id,
    phase,
    ...(typeof savedPath === 'string' && savedPath !== '' && { path: savedPath }),
  }
}
