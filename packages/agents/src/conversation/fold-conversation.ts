import type { ConversationEvent } from './conversation-event.ts'
import type { ConversationState, Turn } from './conversation-state.ts'
import type { Item } from './item.ts'

/** UTF-16 units of a command's output that the state keeps at least: its end. It never keeps twice as much. */
const KEPT_OUTPUT = 256 * 1024
const KEPT_NOTICES = 20

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type ItemEvent = Extract<ConversationEvent, { type: 'item-started' | 'item-delta' | 'item-completed' }>

/**
 * The next state after a batch of events. Pure: the state given is left as it is, and what no event touches is shared with it.
 *
 * Total: an event that makes no sense in its place (a delta of an unknown item, an end without a start) is taken for
 * what it says, since we may have come late. Events that repeat what is known change nothing.
 * The cost of a batch is linear in the items of the turns that it touches.
 */
export function foldConversation(
  state: ConversationState,
  events: readonly ConversationEvent[],
): ConversationState {
  if (events.length === 0) return state
  const next: Mutable<ConversationState> = { ...state }
  const draft = new TurnDraft(state.turns)
  for (const event of events) apply(next, draft, event)
  next.turns = draft.finish()
  return next
}

function apply(next: Mutable<ConversationState>, draft: TurnDraft, event: ConversationEvent): void {
  switch (event.type) {
    case 'turn-started':
      draft.start(event.turn)
      return
    case 'turn-ended': {
      const turn = draft.turn(event.turnId)
      turn.status = event.status
      if (event.error) turn.error = event.error
      if (event.endedAt !== undefined) turn.endedAt = event.endedAt
      delete turn.waiting
      draft.endTexts(event.turnId)
      next.approvals = without(next.approvals, (approval) => approval.turnId === event.turnId)
      return
    }
    case 'turn-waiting': {
      const turn = draft.turn(event.turnId)
      if (event.waiting && turn.status === 'in-progress') turn.waiting = event.waiting
      else delete turn.waiting
      return
    }
    case 'turn-usage':
      draft.turn(event.turnId).usage = event.usage
      return
    case 'item-started':
    case 'item-delta':
    case 'item-completed':
      draft.setItem(event.turnId, event.type === 'item-delta' ? event.itemId : event.item.id, (known) =>
        foldItem(known, event),
      )
      return
    case 'approval-requested':
      // One that comes after its turn's end could never be answered.
      if (draft.hasEnded(event.approval.turnId)) return
      next.approvals = put(next.approvals, event.approval)
      return
    case 'approval-resolved':
      next.approvals = without(next.approvals, (approval) => approval.id === event.approvalId)
      return
    case 'link-changed':
      next.link = event.link
      return
    case 'notice':
      next.notices = put(next.notices, event.notice).slice(-KEPT_NOTICES)
      return
  }
}

/** The same list when nothing goes. */
function without<T>(list: readonly T[], goes: (entry: T) => boolean): readonly T[] {
  return list.some(goes) ? list.filter((entry) => !goes(entry)) : list
}

/** An entry that is told again keeps its place. */
function put<T extends { readonly id: string }>(list: readonly T[], entry: T): readonly T[] {
  return list.some((one) => one.id === entry.id)
    ? list.map((one) => (one.id === entry.id ? entry : one))
    : [...list, entry]
}

/** What an item becomes by an event. `done` is final: a late start or delta changes nothing. */
export function foldItem(known: Item | undefined, event: ItemEvent): Item {
  if (event.type === 'item-completed') return keepSeenOutput(known, { ...event.item, phase: 'done' })
  // A start is the very beginning: nothing before it was missed.
  if (event.type === 'item-started')
    return known && known.phase !== 'catching-up' ? known : startItem(event.item)
  if (!known) return catchingUp(event)
  if (known.phase !== 'open') return known
  if (known.type === 'command') return appendOutput(known, event.text)
  if (known.type === 'agent-message' || known.type === 'reasoning')
    return { ...known, text: known.text + event.text }
  return known
}

/** The agent may leave out of the completed item what it has streamed before: what was seen is not lost. */
function keepSeenOutput(known: Item | undefined, item: Item): Item {
  if (item.type !== 'command') return item
  if (known?.type === 'command' && item.output === '')
    return { ...item, output: known.output, outputDropped: known.outputDropped }
  return appendOutput(item, '')
}

function startItem(item: Item): Item {
  return item.type === 'command' ? appendOutput({ ...item, phase: 'open' }, '') : { ...item, phase: 'open' }
}

/**
 * What is dropped depends on the length of the whole alone, so that pieces that were joined on their way make the
 * same item; in whole steps, so that a flood of small pieces is not a copy each.
 */
function appendOutput<T extends Extract<Item, { type: 'command' }>>(item: T, text: string): T {
  const output = item.output + text
  const whole = item.outputDropped + output.length
  const dropped = Math.max(item.outputDropped, (Math.floor(whole / KEPT_OUTPUT) - 1) * KEPT_OUTPUT)
  return { ...item, output: output.slice(dropped - item.outputDropped), outputDropped: dropped }
}

function catchingUp(event: Extract<ConversationEvent, { type: 'item-delta' }>): Item {
  const base = { id: event.itemId, phase: 'catching-up' } as const
  if (event.kind === 'command')
    return { ...base, type: 'command', command: '', cwd: '', status: 'running', output: '', outputDropped: 0 }
  return { ...base, type: event.kind, text: '' }
}

/** Copies a turn, and its list of items, at most once per batch. */
class TurnDraft {
  private readonly given: readonly Turn[]
  private readonly turns: Turn[]
  private readonly copies = new Map<
    string,
    { turn: Mutable<Turn>; items: Item[]; index: Map<string, number> }
  >()

  constructor(turns: readonly Turn[]) {
    this.given = turns
    this.turns = [...turns]
  }

  /** A turn that is known keeps its items: a start that is told twice loses nothing. */
  start(turn: Turn): void {
    const known = this.turns.some((one) => one.id === turn.id)
    const copy = this.copy(turn.id)
    if (known) {
      // We may have heard of its items first.
      if (turn.startedAt !== undefined) copy.turn.startedAt ??= turn.startedAt
      return
    }
    Object.assign(copy.turn, turn)
    for (const item of turn.items) this.setItem(turn.id, item.id, () => item)
  }

  /**
   * What is said in a turn that is over grows no more: an agent that is interrupted, or told something else in the middle
   * of an answer, may never complete it. Nothing is left of one whose beginning was missed.
   */
  endTexts(turnId: string): void {
    const copy = this.copy(turnId)
    const items = copy.items.flatMap((item): readonly Item[] => {
      if (item.type !== 'agent-message' && item.type !== 'reasoning') return [item]
      if (item.phase === 'catching-up') return []
      return [item.phase === 'open' ? { ...item, phase: 'done' } : item]
    })
    copy.items.splice(0, copy.items.length, ...items)
    copy.index.clear()
    for (const [at, item] of items.entries()) copy.index.set(item.id, at)
  }

  turn(id: string): Mutable<Turn> {
    return this.copy(id).turn
  }

  hasEnded(id: string): boolean {
    const turn = this.copies.get(id)?.turn ?? this.turns.find((one) => one.id === id)
    return turn !== undefined && turn.status !== 'in-progress'
  }

  setItem(turnId: string, itemId: string, change: (known: Item | undefined) => Item): void {
    const { items, index } = this.copy(turnId)
    const at = index.get(itemId)
    if (at === undefined) index.set(itemId, items.push(change(undefined)) - 1)
    else items[at] = change(items[at])
  }

  /** The turns given when none was touched. */
  finish(): readonly Turn[] {
    if (this.copies.size === 0) return this.given
    return this.turns.map((turn) => {
      const copy = this.copies.get(turn.id)
      return copy ? { ...copy.turn, items: copy.items } : turn
    })
  }

  private copy(id: string): { turn: Mutable<Turn>; items: Item[]; index: Map<string, number> } {
    const made = this.copies.get(id)
    if (made) return made
    let known = this.turns.findLast((turn) => turn.id === id)
    if (!known) {
      known = { id, status: 'in-progress', items: [] }
      this.turns.push(known)
    }
    const items = [...known.items]
    const copy = { turn: { ...known }, items, index: new Map(items.map((item, at) => [item.id, at])) }
    this.copies.set(id, copy)
    return copy
  }
}
