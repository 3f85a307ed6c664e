import { useCallback, useRef } from 'react'
import type { Command } from '@x/agents/conversation'
import { AnsiText } from '../lines/ansi-text.tsx'
import { LineWindow } from '../lines/line-window.tsx'
import { readOutputLines, shownCount } from '../text/ansi/output-lines.ts'
import type { OutputLines } from '../text/ansi/output-lines.ts'

/** What a command has written, in its colours; a running one's end is followed unless the reader has scrolled. */
export function CommandOutput({ item }: { readonly item: Command }) {
  const { output, outputDropped, status } = item
  const before = useRef<OutputLines>(undefined)
  // The lines are a pure function of the output; the earlier ones only make them cheaper, whichever render left them.
  const read = readOutputLines(output, outputDropped, before.current)
  before.current = read
  const { lines } = read
  const line = useCallback(
    (index: number) => {
      const one = lines[index]
      return one && <AnsiText raw={one.raw} style={one.style} />
    },
    [lines],
  )
  const count = shownCount(read)
  const running = status === 'running'
  if (count === 0) return <p className="x-faint x-small">{running ? 'No output yet.' : 'No output.'}</p>
  return (
    <>
      {outputDropped > 0 && (
        <p className="x-faint x-small">
          {outputDropped.toLocaleString('en-US')} earlier characters were not kept.
        </p>
      )}
      <LineWindow label="Output" count={count} line={line} follows />
    </>
  )
}
