import { useEffect, useMemo, useRef, useState } from 'react'
import type { Command } from '@x/agents/conversation'
import { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { stripAnsi } from '../text/strip-ansi.ts'
import { tailOf } from '../text/tail-of.ts'

/** More text than this makes each frame of a live output slow. */
const SHOWN_LENGTH = 64 * 1024

/** What a command has written, by its end; a running one's end is followed unless the reader has scrolled. */
export function CommandOutput({ item }: { readonly item: Command }) {
  const [all, setAll] = useState(false)
  const [keeper] = useState(() => new ScrollKeeper())
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLPreElement>(null)
  const { output, outputDropped } = item
  const { tail, before } = useMemo(() => tailOf(output, all ? Infinity : SHOWN_LENGTH), [output, all])
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
