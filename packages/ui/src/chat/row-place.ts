import type { Rows } from './transcript-rows.ts'

/**
 * Tells where a row is among those that there are when it is asked, or -1: rows come and go before it, as when a history
 * is read again. What it found last is looked at first.
 */
export function createRowPlace(rows: () => Pick<Rows, 'all'>, rowId: string): () => number {
  let last = -1
  return () => {
    const { all } = rows()
    if (all[last]?.id !== rowId) last = all.findIndex(({ id }) => id === rowId)
    return last
  }
}
