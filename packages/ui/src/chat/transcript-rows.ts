import type { Item, Turn } from '@x/agents/conversation'
import type { PendingMessage } from '../connection/outbox.ts'

/** The line below a turn's items: how it goes, or went. */
export interface TurnFoot {
  readonly type: 'turn-foot'
  readonly id: string
  readonly turn: Turn
  /** Counted from 1. */
  readonly number: number
  /** Nothing was said since. */
  readonly last: boolean
}

/** What was sent from here and is not yet seen in the conversation. */
export interface PendingRow {
  readonly type: 'pending'
  readonly id: string
  readonly message: PendingMessage
}

export type Row = Item | TurnFoot | PendingRow

export interface Rows {
  readonly all: readonly Row[]
  /** Where the rows of each turn begin. */
  readonly starts: readonly number[]
  readonly turns: readonly Turn[]
}

/** Everything that a transcript shows as one flat list, so that only what is seen of it has to be drawn. */
export function buildRows(turns: readonly Turn[], outbox: readonly PendingMessage[]): Rows {
  const all: Row[] = []
  const starts: number[] = []
  for (const [index, turn] of turns.entries()) {
    starts.push(all.length)
    for (const item of turn.items) all.push(item)
    const last = index === turns.length - 1
    all.push({ type: 'turn-foot', id: `foot ${turn.id}`, turn, number: index + 1, last })
  }
  for (const message of outbox) {
    // What is to wait shows in the queue.
    if (message.when === 'now') all.push({ type: 'pending', id: `pending ${message.clientId}`, message })
  }
  return { all, starts, turns }
}

/** The turn that a row belongs to, and whether the row is its first. */
export function turnAt(
  { starts, turns }: Rows,
  index: number,
): { readonly turn: Turn | undefined; readonly first: boolean } {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return { turn: turns[low], first: starts[low] === index }
}
