import type { Command, Item, Turn } from '@x/agents/conversation'
import type { RolloutEntry } from './parse-rollout.ts'

/**
 * Adds to a history what the protocol of older versions leaves out of it.
 *
 * 0.142.5 tells no commands on `thread/resume` and numbers the items anew (`item-1`), so that an answer which
 * completes after a re-attach can't be told from one that is known. The rollout has the commands, and the names under
 * which items were seen before. Where the history is whole it is returned as it is. Pure.
 */
export function completeHistory(turns: readonly Turn[], rollout: readonly RolloutEntry[]): readonly Turn[] {
  if (!turns.some((turn) => turn.items.some(isRenumbered))) return turns
  const byTurn = groupByTurn(rollout)
  return turns.map((turn) => ({ ...turn, items: completeItems(turn, byTurn.get(turn.id) ?? []) }))
}

/** Whether the history needs the rollout at all. */
export function isRenumbered(item: Item): boolean {
  return /^item-\d+$/.test(item.id)
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

/** Walks both in their order: an answer in the rollout brings everything of the history up to it, then comes what was called. */
function completeItems(turn: Turn, entries: readonly RolloutEntry[]): readonly Item[] {
  const items: Item[] = []
  const answers = new Map(
    entries.flatMap((entry) => (entry.type === 'call-answered' ? [[entry.callId, entry.output]] : [])),
  )
  let at = 0
  let cwd = ''
  for (const entry of entries) {
    if (entry.type === 'turn-context') cwd = entry.cwd
    if (entry.type === 'agent-said') {
      const found = turn.items.findIndex(
        (item, n) => n >= at && item.type === 'agent-message' && item.text === entry.text,
      )
      if (found < 0) continue
      items.push(...turn.items.slice(at, found).map((item) => unique(turn, item)))
      items.push({ type: 'agent-message', id: entry.id, phase: 'done', text: entry.text })
      at = found + 1
    }
    if (entry.type === 'call' && typeof entry.arguments['cmd'] === 'string') {
      // What was said before the first call stands before it, also when no answer lies between.
      while (turn.items[at]?.type === 'user-message') items.push(unique(turn, turn.items[at++] as Item))
      items.push(
        command(entry.callId, entry.arguments, cwd, answers.get(entry.callId), turn.status === 'in-progress'),
      )
    }
  }
  return [...items, ...turn.items.slice(at).map((item) => unique(turn, item))]
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
