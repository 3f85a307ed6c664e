import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { useStore } from '../hooks/use-store.ts'

/** As `line-height` in lines.css says: lines do not wrap, so all are as high. */
const LINE_PX = 18
/** Drawn beyond what is seen, so that a short scroll finds them there. */
const SPARE_LINES = 20
/** Fewer are drawn at once, and need no window. */
const FEW_LINES = 60

export interface LineWindowProps {
  /** What these lines are, for those who can't see them. */
  readonly label: string
  readonly count: number
  /** Draws one line. */
  readonly line: (index: number) => ReactNode
  /** Stands at its end, and goes with it until the reader scrolls away. @default false */
  readonly follows?: boolean
}

/** Any number of lines in a box that scrolls; only those that are seen are drawn. */
export function LineWindow({ label, count, line, follows = false }: LineWindowProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const [keeper] = useState(() => new ScrollKeeper(follows))
  const atEnd = useStore(keeper.atEnd)
  const [seen, setSeen] = useState({ first: 0, lines: FEW_LINES / 2 })
  const look = useCallback(() => {
    const box = scroller.current
    if (!box) return
    const first = Math.floor(box.scrollTop / LINE_PX)
    const lines = Math.ceil(box.clientHeight / LINE_PX) + 1
    setSeen((before) => (before.first === first && before.lines === lines ? before : { first, lines }))
  }, [])
  useLayoutEffect(() => {
    if (!scroller.current || !content.current) return undefined
    const letGo = keeper.attach(scroller.current, content.current)
    look()
    return letGo
  }, [keeper, look])
  useLayoutEffect(() => keeper.settle(), [keeper, count])
  const { from, to } = drawn(count, seen, follows && atEnd)
  return (
    <div
      className="x-lines"
      ref={scroller}
      role="region"
      aria-label={label}
      tabIndex={0}
      onScroll={count > FEW_LINES ? look : undefined}
    >
      <div className="x-lines-all" ref={content} style={{ height: count * LINE_PX }}>
        <div className="x-lines-drawn" style={{ top: from * LINE_PX }}>
          {Array.from({ length: to - from }, (_, at) => (
            <div key={from + at} className="x-line">
              {line(from + at)}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

interface Seen {
  readonly first: number
  readonly lines: number
}

function drawn(count: number, { first, lines }: Seen, atEnd: boolean): { from: number; to: number } {
  if (count <= FEW_LINES) return { from: 0, to: count }
  // What has just come stands below what was seen last.
  const top = atEnd ? count - lines : Math.min(first, count - lines)
  return {
    from: Math.max(0, top - SPARE_LINES),
    to: Math.min(count, top + lines + SPARE_LINES),
  }
}
