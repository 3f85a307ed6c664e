import type { Item, Turn } from '@x/agents/conversation'
import type { Boundaries } from '../posture/boundaries.ts'
import { withRefusal } from './find-denial.ts'
import type { RolloutEntry } from './parse-rollout.ts'
import { rolloutCommand, runsCommand } from './rollout-command.ts'
import { turnFacts } from './rollout-facts.ts'

/**
 * Adds to a history what the protocol leaves out of it. Pure.
 *
 * 0.142.5 tells no commands on `thread/resume` and numbers the items anew (`item-1`), so that an answer which
 * completes after a re-attach can't be told from one that is known; 0.169.0 leaves out the commands that run, and those that were
 * declined, interrupted, or denied by the sandbox. The rollout has the commands, and the names under which items were
 * seen before.
 */
export function completeHistory(
  turns: readonly Turn[],
  rollout: readonly RolloutEntry[],
  boundaries?: Boundaries,
): readonly Turn[] {
  const byTurn = groupByTurn(rollout)
  return turns.map((turn) => {
    const entries = byTurn.get(turn.id) ?? []
    const then = boundaries && boundariesThen(entries, boundaries)
    const items = completeItems(turn, entries, then)
    return {
      ...turnFacts(entries),
      ...turn,
      items: then ? items.map((item) => withRefusal(item, then)) : items,
    }
  })
}

/** A network that was opened since was closed then. */
function boundariesThen(entries: readonly RolloutEntry[], now: Boundaries): Boundaries {
  const context = entries.find((entry) => entry.type === 'turn-context')
  return context?.type === 'turn-context' && context.network !== undefined
    ? { ...now, network: context.network }
    : now
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
function completeItems(
  turn: Turn,
  entries: readonly RolloutEntry[],
  boundaries: Boundaries | undefined,
): readonly Item[] {
  const items: Item[] = []
  const answers = new Map(
    entries.flatMap((entry) => (entry.type === 'call-answered' ? [[entry.callId, entry.output]] : [])),
  )
  const places = new Map(turn.items.map((item, n) => [item.id, n]))
  const find = placesOfWords(turn.items)
  const withoutCommands = turn.items.some(isRenumbered)
  const running = turn.status === 'in-progress'
  let at = 0
  let cwd = ''
  const takeUntil = (end: number): void => {
    items.push(...turn.items.slice(at, end).map((item) => unique(turn, item)))
    at = Math.max(at, end)
  }
  for (const entry of entries) {
    if (entry.type === 'turn-context') cwd = entry.cwd
    if (entry.type === 'agent-said') {
      const found = find(entry, at)
      if (found === undefined) continue
      takeUntil(found)
      items.push({ type: 'agent-message', id: entry.id, phase: 'done', text: entry.text })
      at = found + 1
    }
    if (entry.type === 'call') {
      const known = places.get(entry.callId)
      const answer = answers.get(entry.callId)
      if (known !== undefined) {
        takeUntil(known + 1)
      } else if (runsCommand(entry) && (withoutCommands || isLeftOut(answer))) {
        // What the person said comes first, also when the agent said nothing before its call.
        if (turn.items[at]?.type === 'user-message') takeUntil(at + 1)
        items.push(rolloutCommand(entry, answer, { cwd, running, ...(boundaries && { boundaries }) }))
      }
    }
  }
  takeUntil(turn.items.length)
  return items
}

/** Finds an agent's message at or after a place: by its name, or by its words where it was numbered anew. */
function placesOfWords(
  items: readonly Item[],
): (said: Extract<RolloutEntry, { type: 'agent-said' }>, from: number) => number | undefined {
  const places = new Map<string, { readonly list: number[]; next: number }>()
  items.forEach((item, n) => {
    if (item.type !== 'agent-message') return
    const key = isRenumbered(item) ? `text ${item.text}` : `id ${item.id}`
    const known = places.get(key)
    if (known) known.list.push(n)
    else places.set(key, { list: [n], next: 0 })
  })
  // What is asked for only ever moves on: each place is passed once.
  const first = (key: string, from: number): number | undefined => {
    const known = places.get(key)
    while (known && (known.list[known.next] ?? from) < from) known.next += 1
    return known?.list[known.next]
  }
  return ({ id, text }, from) => {
    const [byName, byWords] = [first(`id ${id}`, from), first(`text ${text}`, from)]
    return byName === undefined || (byWords !== undefined && byWords < byName) ? byWords : byName
  }
}

/**
 * It runs still or was cut with Codex, a person declined or interrupted it, or the sandbox denied it: Codex lists none
 * of these. What ran to its end it does list.
 */
function isLeftOut(answer: string | undefined): boolean {
  if (answer === undefined) return true
  const head = answer.slice(0, 400)
  return /(rejected|aborted) by user/i.test(head) || /^Process exited with code (?!0$)-?\d+$/m.test(head)
}

function isRenumbered(item: Item): boolean {
  return /^item-\d+$/.test(item.id)
}

/** A number of the history is unique in its turn only. */
function unique(turn: Turn, item: Item): Item {
  return isRenumbered(item) ? { ...item, id: `${turn.id}/${item.id}` } : item
}
