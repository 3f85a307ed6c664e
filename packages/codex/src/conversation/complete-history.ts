import type { Command, Item, Turn } from '@x/agents/conversation'
import type { RolloutEntry } from './parse-rollout.ts'

/**
 * Adds to a history what the protocol leaves out of it. Pure.
 *
 * 0.142.5 tells no commands on `thread/resume` and numbers the items anew (`item-1`), so that an answer which
 * completes after a re-attach can't be told from one that is known; 0.169.0 leaves out the commands that were declined
 * or interrupted. The rollout has the commands, and the names under which items were
 * seen before.
 */
export function completeHistory(turns: readonly Turn[], rollout: readonly RolloutEntry[]): readonly Turn[] {
  const byTurn = groupByTurn(rollout)
  return turns.map((turn) => ({ ...turn, items: completeItems(turn, byTurn.get(turn.id) ?? []) }))
}

function groupByTurn(rollout: readonly RolloutEntry[]): ReadonlyMap<string, readonly RolloutEntry[]> {
  const groups = new Map<string, RolloutEntry[]>()
  let group: RolloutEntry[] = []
  for (const entry of rollout) {
    if (entry.type === 'turn-began') {
      group = groups.get(entry.turnId) ?? []
      groups.set(entry.turnId, group)
    } else {
      group.push(entry)
    }
  }
  return groups
}

/** Walks both in their order: what the rollout names brings everything of the history up to it. */
function completeItems(turn: Turn, entries: readonly RolloutEntry[]): readonly Item[] {
  const items: Item[] = []
  const answers = new Map(
    entries.flatMap((entry) => (entry.type === 'call-answered' ? [[entry.callId, entry.output]] : [])),
  )
  const withoutCommands = turn.items.some(isRenumbered)
  let at = 0
  let cwd = ''
  const takeUntil = (end: number): void => {
    items.push(...turn.items.slice(at, end).map((item) => unique(turn, item)))
    at = Math.max(at, end)
  }
  for (const entry of entries) {
    if (entry.type === 'turn-context') cwd = entry.cwd
    if (entry.type === 'agent-said') {
      const found = turn.items.findIndex((item, n) => n >= at && isSaid(item, entry))
      if (found < 0) continue
      takeUntil(found)
      items.push({ type: 'agent-message', id: entry.id, phase: 'done', text: entry.text })
      at = found + 1
    }
    if (entry.type === 'call') {
      const known = turn.items.findIndex((item) => item.id === entry.callId)
      const answer = answers.get(entry.callId)
      if (known >= 0) {
        takeUntil(known + 1)
      } else if (typeof entry.arguments?.['cmd'] === 'string' && (withoutCommands || isLeftOut(answer))) {
        // What the person said comes first, also when the agent said nothing before its call.
        if (turn.items[at]?.type === 'user-message') takeUntil(at + 1)
        items.push(command(entry.callId, entry.arguments, cwd, answer, turn.status === 'in-progress'))
      }
    }
  }
  takeUntil(turn.items.length)
  return items
}

function isSaid(item: Item, said: Extract<RolloutEntry, { type: 'agent-said' }>): boolean {
  return (
    item.type === 'agent-message' && (item.id === said.id || (isRenumbered(item) && item.text === said.text))
  )
}

function isLeftOut(answer: string | undefined): boolean {
  return answer !== undefined && /(rejected|aborted) by user/i.test(answer.slice(0, 400))
}

function isRenumbered(item: Item): boolean {
  return /^item-\d+$/.test(item.id)
}

/** A number of the history is unique in its turn only. */
function unique(turn: Turn, item: Item): Item {
  return isRenumbered(item) ? { ...item, id: `${turn.id}/${item.id}` } : item
}

function command(
  id: string,
  args: Readonly<Record<string, unknown>>,
  cwd: string,
  answer: string | undefined,
  running: boolean,
): Command {
  const base = {
    type: 'command',
    id,
    command: String(args['cmd']),
    cwd: typeof args['workdir'] === 'string' ? args['workdir'] : cwd,
    outputDropped: 0,
  } as const
  if (answer === undefined) {
    return {
      ...base,
      phase: running ? 'catching-up' : 'done',
      status: running ? 'running' : 'failed',
      output: '',
    }
  }
  const exitCode = /^Process exited with code (-?\d+)$/m.exec(answer.slice(0, 400))?.[1]
  const start = answer.indexOf('Output:\n')
  if (exitCode === undefined || start < 0) {
    return {
      ...base,
      phase: 'done',
      status: /reject|declin|denied/i.test(answer) ? 'declined' : 'failed',
      output: answer,
    }
  }
  const status = exitCode === '0' ? 'completed' : 'failed'
  return {
    ...base,
    phase: 'done',
    status,
    exitCode: Number(exitCode),
    output: answer.slice(start + 'Output:\n'.length),
  }
}
