import { useState } from 'react'
import type { Reasoning } from '@x/agents/conversation'
import { MarkdownText } from '../markdown/markdown-text.tsx'
import { Fold } from './fold.tsx'
import { reasoningTitle } from './reasoning-title.ts'

/** What the agent thought, folded to its title. */
export function ReasoningItem({ item }: { readonly item: Reasoning }) {
  const [open, setOpen] = useState(false)
  const growing = item.phase === 'open'
  if (item.text.trim() === '') return growing ? <p className="x-faint x-small">Thinking</p> : null
  return (
    <Fold
      open={open}
      onToggle={() => setOpen(!open)}
      head={<span className="x-row-main x-faint">{reasoningTitle(item.text)}</span>}
    >
      <div className="x-faint">
        <MarkdownText text={item.text} growing={growing} />
      </div>
    </Fold>
  )
}
