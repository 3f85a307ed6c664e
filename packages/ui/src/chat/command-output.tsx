import { useEffect, useMemo, useRef, useState } from 'react'
import type { Command } from '@x/agents/conversation'
import { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { stripAnsi } from '../text/strip-ansi.ts'
import { tailOf } from '../text/tail-of.ts'

/** More text than this makes a transcript slow to lay out. */
const SHOWN_LENGTH = 64 * 1024
/** A live output is laid out again in each frame. */
const SHOWN_LIVE_LENGTH = 16 * 1024

/** What a command has written, by its end; a running one's end is followed unless the reader has scrolled. */
export function CommandOutput({ item }: { readonly item: Command }) {
  const [all, setAll] = useState(false)
  const [keeper] = useState(() => new ScrollKeeper())
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLPreElement>(null)
  const { output, outputDropped } = item
  const most = all ? Infinity : item.status === 'running' ? SHOWN_LIVE_LENGTH : SHOWN_LENGTH
  const { tail, before } = useMemo(() => tailOf(output, most), [output, most])
  const text = useMemo(
    () => stripAnsi(tail, { cutStart: before === 0 && outputDropped > 0 }),
    [tail, before, outputDropped],
  )
  const empty = text.trim() === ''
  useEffect(() => {
    if (scroller.current && content.current) return keeper.attach(scroller.current, content.current)
    return undefined
  }, [keeper, empty])
  if (empty)
    return <p className="x-faint x-small">{item.status === 'running' ? 'No output yet.' : 'No output.'}</p>
  const leftOut = outputDropped + before
  return (
    <>
      {leftOut > 0 && (
        <p className="x-faint x-small">
          {leftOut.toLocaleString('en-US')} earlier characters left out.{' '}
          {before > 0 && (
            <button type="button" className="x-link" onClick={() => setAll(true)}>
              Show what is kept
            </button>
          )}
        </p>
      )}
      <div className="x-output" ref={scroller} tabIndex={0} role="region" aria-label="Output">
        <pre ref={content}>{text}</pre>
      </div>
    </>
  )
}
