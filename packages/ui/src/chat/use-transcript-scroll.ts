import { useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { createRowPlace } from './row-place.ts'
import { placeOf, rememberedPlace, rememberPlace } from './transcript-place.ts'
import type { Place } from './transcript-place.ts'
import type { Rows } from './transcript-rows.ts'

export interface TranscriptScroll {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly list: RefObject<VirtualizerHandle | null>
}

export interface TranscriptScrollOptions {
  readonly keeper: ScrollKeeper
  readonly rows: Rows
  readonly sessionId: string
  /** What the address leads to. */
  readonly itemId: string | undefined
}

/**
 * Where the transcript stands: at its end while the reader is there, after a reload where they had stopped, and at an
 * item when the address names one.
 */
export function useTranscriptScroll(options: TranscriptScrollOptions): TranscriptScroll {
  const { keeper, rows, sessionId, itemId } = options
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const known = useRef(rows)
  useLayoutEffect(() => {
    known.current = rows
    // What has grown in this very frame is followed in it.
    keeper.settle()
  }, [keeper, rows])
  // Not by the list's own means: once asked, it goes on scrolling while rows grow, whatever the reader does.
  const goToRow = useCallback(
    ({ rowId, offset }: Place) => {
      const place = createRowPlace(() => known.current, rowId)
      if (place() === -1) return
      keeper.goTo(() => {
        const index = place()
        // When the row is gone the view stays where it is.
        if (index === -1) return scroller.current?.scrollTop ?? 0
        return (list.current?.getItemOffset(index) ?? 0) - offset
      })
    },
    [keeper],
  )
  useLayoutEffect(() => {
    const box = scroller.current
    if (!box || !content.current) return undefined
    const letGo = keeper.attach(box, content.current)
    const place = rememberedPlace(sessionId)
    if (place) goToRow(place)
    const save = (): void => {
      // A view that does not show has no place: what was remembered before stays.
      if (box.clientHeight > 0) rememberPlace(sessionId, keeper.atEnd.read() ? undefined : placeOf(box))
    }
    window.addEventListener('pagehide', save)
    return () => {
      save()
      window.removeEventListener('pagehide', save)
      letGo()
    }
  }, [keeper, sessionId, goToRow])
  useEffect(() => {
    if (itemId !== undefined) goToRow({ rowId: itemId, offset: 24 })
  }, [itemId, goToRow])
  return { scroller, content, list }
}
