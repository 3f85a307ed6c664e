import { useState } from 'react'
import type { Command } from '@x/agents/conversation'
import { formatDuration } from '../text/format.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { shortenPath } from '../text/shorten-path.ts'
import { useChat } from './chat-context.ts'
import { CommandOutput } from './command-output.tsx'
import { DoingState } from './doing-state.tsx'
import { Fold } from './fold.tsx'
import { RefusalNote } from './refusal-note.tsx'

/** A longer command shows whole where its output does. */
const LINE_LENGTH = 72

export interface CommandItemProps {
  readonly item: Command
  /** Its approval is open. */
  readonly asked: boolean
}

/** A command in one line; open it for its output. Those that failed, or were refused, open by themselves. */
export function CommandItem({ item, asked }: CommandItemProps) {
  const { cwd } = useChat()
  const [chosen, setChosen] = useState<boolean>()
  const open = chosen ?? (item.status === 'failed' || item.status === 'refused')
  const command = revealHidden(item.command)
  const [line = '', ...more] = command.split('\n')
  const elsewhere = item.cwd !== '' && item.cwd !== cwd
  return (
    <Fold
      open={open}
      onToggle={() => setChosen(!open)}
      head={
        <>
          {/* Whether the sandbox stopped it matters more than what the shell made of that. */}
          <DoingState
            status={item.refusal && item.status === 'failed' ? 'refused' : item.status}
            asked={asked}
          />
          <code className="x-row-main">{more.length > 0 ? `${line} …` : line}</code>
          {elsewhere && (
            <span className="x-row-side x-mono" title={item.cwd}>
              {revealHidden(shortenPath(item.cwd, cwd))}
            </span>
          )}
          {item.durationMs !== undefined && (
            <span className="x-row-side x-figure">{formatDuration(item.durationMs)}</span>
          )}
          {item.exitCode !== undefined && item.exitCode !== 0 && (
            <span className="x-row-side x-figure">exit {item.exitCode}</span>
          )}
        </>
      }
    >
      {(more.length > 0 || command.length > LINE_LENGTH) && <pre className="x-command">{command}</pre>}
      {item.refusal && <RefusalNote itemId={item.id} refusal={item.refusal} />}
      {(item.output !== '' || item.status !== 'refused') && <CommandOutput item={item} />}
    </Fold>
  )
}
