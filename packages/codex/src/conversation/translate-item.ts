import type { Command, FileChange, Item } from '@x/agents/conversation'
import type { ThreadItem, UserInput } from '@x/codex-appserver'
import { unwrapShell } from './unwrap-shell.ts'

type Of<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>

/** One of Codex's items in the words of every agent. What has no form of its own is named, never dropped. */
export function translateItem(item: ThreadItem, phase: Item['phase']): Item {
  switch (item.type) {
    case 'userMessage':
      return {
        type: 'user-message',
        id: item.id,
        phase,
        text: item.content.map(inputText).join('\n'),
        ...(typeof item.clientId === 'string' && { clientId: item.clientId }),
      }
    case 'agentMessage':
      return { type: 'agent-message', id: item.id, phase, text: item.text }
    case 'reasoning':
      return { type: 'reasoning', id: item.id, phase, text: reasoningText(item) }
    case 'commandExecution':
      return translateCommand(item, phase)
    case 'fileChange':
      return translateFileChange(item, phase)
    default: {
      // An item of a later version still says what it is.
      const other: { readonly id: string; readonly type: string; readonly text?: unknown } = item
      return {
        type: 'other',
        id: other.id,
        phase,
        kind: other.type,
        text: typeof other.text === 'string' ? other.text : '',
      }
    }
  }
}

function inputText(input: UserInput): string {
  return 'text' in input && typeof input.text === 'string' ? input.text : `[${input.type}]`
}

function reasoningText(item: Of<'reasoning'>): string {
  const summary = item.summary ?? []
  return (summary.length > 0 ? summary : (item.content ?? [])).join('\n\n')
}

function translateCommand(item: Of<'commandExecution'>, phase: Item['phase']): Command {
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

function translateFileChange(item: Of<'fileChange'>, phase: Item['phase']): FileChange {
  return {
    type: 'file-change',
    id: item.id,
    phase,
    status: itemStatus(item.status),
    changes: item.changes.flatMap(translateChange),
  }
}

/** A file that is moved goes at one place and comes at another: both are changed. */
function translateChange({ path, kind, diff }: Of<'fileChange'>['changes'][number]): FileChange['changes'] {
  if (kind.type !== 'update' || typeof kind.move_path !== 'string') return [{ path, kind: kind.type, diff }]
  return [
    { path, kind: 'delete', diff: '' },
    { path: kind.move_path, kind: 'add', diff },
  ]
}

function itemStatus(status: string): Command['status'] {
  if (status === 'completed' || status === 'failed' || status === 'declined') return status
  return 'running'
}
