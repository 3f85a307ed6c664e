import type { Turn } from './conversation-state.ts'
import type { Item } from './item.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** How far from its end a list of items is looked through before it is indexed: what changes is nearly always new. */
const NEAR = 16

interface TurnCopy {
  readonly turn: Mutable<Turn>
  readonly items: Item[]
  /** Made when something far from the end is asked for. */
  index: Map<string, number> | undefined
}

/** The turns of a state while a batch is folded: copies a turn, and its list of items, at most once. */
export class TurnDraft {
  private readonly given: readonly Turn[]
  private readonly turns: Turn[]
  private readonly copies = new Map<string, TurnCopy>()

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
      if (item.type !== 'agent-message' && item.type !== 'reasoning' && item.type !== 'plan') return [item]
      if (item.phase === 'catching-up') return []
      return [item.phase === 'open' ? { ...item, phase: 'done' } : item]
    })
    copy.items.splice(0, copy.items.length, ...items)
    copy.index = undefined
  }

  turn(id: string): Mutable<Turn> {
    return this.copy(id).turn
  }

  hasEnded(id: string): boolean {
    const turn = this.copies.get(id)?.turn ?? this.turns.findLast((one) => one.id === id)
    return turn !== undefined && turn.status !== 'in-progress'
  }

  setItem(turnId: string, itemId: string, change: (known: Item | undefined) => Item): void {
    const copy = this.copy(turnId)
    const at = findItem(copy, itemId)
    if (at === undefined) copy.index?.set(itemId, copy.items.length)
    const item = change(at === undefined ? undefined : copy.items[at])
    copy.items[at ?? copy.items.length] = item
  }

  /** The turns given when none was touched. */
  finish(): readonly Turn[] {
    if (this.copies.size === 0) return this.given
    return this.turns.map((turn) => {
      const copy = this.copies.get(turn.id)
      return copy ? { ...copy.turn, items: copy.items } : turn
    })
  }

  private copy(id: string): TurnCopy {
    const made = this.copies.get(id)
    if (made) return made
    let known = this.turns.findLast((turn) => turn.id === id)
    if (!known) {
      known = { id, status: 'in-progress', items: [] }
      this.turns.push(known)
    }
    const copy = { turn: { ...known }, items: [...known.items], index: undefined }
    this.copies.set(id, copy)
    return copy
  }
}

function findItem(copy: TurnCopy, id: string): number | undefined {
  const { items } = copy
  for (let at = items.length - 1; at >= 0 && at >= items.length - NEAR; at -= 1) {
    if (items[at]?.id === id) return at
  }
  if (items.length <= NEAR) return undefined
  copy.index ??= new Map(items.map((item, at) => [item.id, at]))
  return copy.index.get(id)
}
