import { remember, remembered } from '../hooks/page-storage.ts'

/** Where a reader has stopped: the first row that they see, and how far its top is below that of the view. */
export interface Place {
  readonly rowId: string
  /** CSS pixels; negative when its beginning is above. */
  readonly offset: number
}

/** The place in a session's transcript that this tab remembers; `undefined`: at its end. */
export function rememberedPlace(sessionId: string): Place | undefined {
  const [, offset, rowId] = /^(-?\d+) (.+)$/s.exec(remembered(nameOf(sessionId), 'tab') ?? '') ?? []
  return rowId === undefined ? undefined : { rowId, offset: Number(offset) }
}

export function rememberPlace(sessionId: string, place: Place | undefined): void {
  remember(nameOf(sessionId), place && `${Math.round(place.offset)} ${place.rowId}`, 'tab')
}

/** The place that a scrolling view shows now, by the rows that are drawn. */
export function placeOf(scroller: HTMLElement): Place | undefined {
  const { top } = scroller.getBoundingClientRect()
  for (const row of scroller.querySelectorAll<HTMLElement>('[data-row]')) {
    const box = row.getBoundingClientRect()
    const rowId = row.dataset['row']
    if (box.bottom > top && rowId !== undefined) return { rowId, offset: box.top - top }
  }
  return undefined
}

function nameOf(sessionId: string): string {
  return `x:place:${sessionId}`
}
