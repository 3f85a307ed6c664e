import { useState } from 'react'
import type { OtherItem } from '@x/agents/conversation'
import { Fold } from './fold.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'

/** Something the agent did that has no form of its own here: its name, and what is known of it. */
export function OtherItemView({ item }: { readonly item: OtherItem }) {
  const [open, setOpen] = useState(false)
  const [line = '', ...more] = item.text.trim().split('\n')
  const head = (
    <>
      <span className="x-row-side x-mono">{revealHidden(item.kind)}</span>
      <span className="x-row-main">{revealHidden(line)}</span>
    </>
  )
  if (more.length === 0) return <p className="x-row">{head}</p>
  return (
    <Fold open={open} onToggle={() => setOpen(!open)} head={head}>
      <pre className="x-command">{revealHidden(item.text)}</pre>
    </Fold>
  )
}
