import { useMemo, useState } from 'react'
import type { ToolCall } from '@x/agents/conversation'
import { LineWindow } from '../lines/line-window.tsx'
import { cutLine } from '../lines/cut-line.ts'
import { formatDuration, plural } from '../text/format.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { DoingState } from './doing-state.tsx'
import { Fold } from './fold.tsx'

/** A call of a tool in one line; open it for what went in and what came out. */
export function ToolCallItem({ item }: { readonly item: ToolCall }) {
  const [chosen, setChosen] = useState<boolean>()
  const open = chosen ?? item.status === 'failed'
  const { server, tool, status, durationMs } = item
  return (
    <Fold
      open={open}
      onToggle={() => setChosen(!open)}
      head={
        <>
          <DoingState status={status} asked={false} />
          <code className="x-row-main">
            {revealHidden(server === undefined ? tool : `${server}: ${tool}`)}
          </code>
          {status === 'running' && item.output !== '' && (
            <span className="x-row-side">{revealHidden(lastLine(item.output))}</span>
          )}
          {durationMs !== undefined && (
            <span className="x-row-side x-figure">{formatDuration(durationMs)}</span>
          )}
        </>
      }
    >
      <TextLines label="Input" text={item.input} />
      {item.output !== '' && (
        <TextLines label={status === 'running' ? 'Progress' : 'Result'} text={item.output} />
      )}
    </Fold>
  )
}

/** JSON over several lines where it is that, else the text as it is. */
function TextLines({ label, text }: { readonly label: string; readonly text: string }) {
  const lines = useMemo(() => readable(text).split('\n'), [text])
  return (
    <>
      <p className="x-faint x-small">{label}</p>
      <LineWindow
        label={label}
        count={lines.length}
        line={(index) => {
          const { shown, more } = cutLine(lines[index] ?? '')
          return `${revealHidden(shown)}${more > 0 ? ` … ${plural(more, 'more character')}` : ''}`
        }}
      />
    </>
  )
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text.trimEnd()
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
