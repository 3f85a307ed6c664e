import { Store } from '../connection/store.ts'
import { remember, remembered } from '../hooks/page-storage.ts'
import { PANES } from '../hooks/use-route.ts'
import type { PaneName } from '../hooks/use-route.ts'

const PANE = 'x:pane'
const WIDTHS = 'x:widths'
const CLOSED = 'closed'

/** Widths in CSS pixels. */
export interface PaneWidths {
  readonly list: number
  readonly side: number
}

/** What each may be made; the conversation between them keeps the rest. */
export const WIDTH_LIMITS: Readonly<
  Record<keyof PaneWidths, { readonly min: number; readonly max: number }>
> = {
  list: { min: 200, max: 480 },
  side: { min: 280, max: 960 },
}
const USUAL: PaneWidths = { list: 264, side: 400 }

/** How a person has arranged the panes, kept by this browser. */
export class PaneMemory {
  readonly widths: Store<PaneWidths>
  /** What stood beside the conversation last; `undefined`: it was closed. */
  readonly pane: Store<PaneName | undefined>

  constructor() {
    this.widths = new Store(readWidths(remembered(WIDTHS)))
    const pane = remembered(PANE)
    this.pane = new Store(pane === CLOSED ? undefined : (PANES.find((name) => name === pane) ?? 'changes'))
  }

  choose(pane: PaneName | undefined): void {
    this.pane.write(pane)
    remember(PANE, pane ?? CLOSED)
  }

  resize(which: keyof PaneWidths, width: number): void {
    const next = { ...this.widths.read(), [which]: limit(which, width) }
    this.widths.write(next)
    remember(WIDTHS, `${next.list} ${next.side}`)
  }

  /** The width that it has when nobody has changed it. */
  reset(which: keyof PaneWidths): void {
    this.resize(which, USUAL[which])
  }
}

function readWidths(text: string | undefined): PaneWidths {
  const [, list, side] = /^(\d+) (\d+)$/.exec(text ?? '') ?? []
  return {
    list: list === undefined ? USUAL.list : limit('list', Number(list)),
    side: side === undefined ? USUAL.side : limit('side', Number(side)),
  }
}

function limit(which: keyof PaneWidths, width: number): number {
  const { min, max } = WIDTH_LIMITS[which]
  return Math.round(Math.min(max, Math.max(min, width)))
}
