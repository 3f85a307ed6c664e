import { memo } from 'react'
import type { ReactNode } from 'react'
import type { Item } from '@x/agents/conversation'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { MarkdownText } from '../markdown/markdown-text.tsx'
import { CatchingUp } from './catching-up.tsx'
import { CommandItem } from './command-item.tsx'
import { FileLine } from './file-line.tsx'
import { OtherItemView } from './other-item.tsx'
import { ReasoningItem } from './reasoning-item.tsx'
import { UserWords } from './user-words.tsx'

export interface ItemViewProps {
  readonly item: Item
  /** Where the conversation works. */
  readonly cwd: string
  /** Its approval is open. */
  readonly asked: boolean
}

/** One item of the transcript. It is drawn again only when the item itself changes. */
export const ItemView = memo(function ItemView({ item, cwd, asked }: ItemViewProps) {
  return (
    <li
      className={`x-item x-item-${item.type}`}
      data-item-id={item.id}
      data-item-type={item.type}
      data-item-phase={item.phase}
    >
      <ErrorBoundary what="This item">{drawn({ item, cwd, asked })}</ErrorBoundary>
    </li>
  )
})

function drawn({ item, cwd, asked }: ItemViewProps): ReactNode {
  if (item.phase === 'catching-up') return <CatchingUp item={item} />
  switch (item.type) {
    case 'user-message':
      return <UserWords text={item.text} />
    case 'agent-message':
      return <MarkdownText text={item.text} growing={item.phase === 'open'} />
    case 'reasoning':
      return <ReasoningItem item={item} />
    case 'command':
      return <CommandItem item={item} cwd={cwd} asked={asked} />
    case 'file-change':
      return item.changes.map((change) => (
        <FileLine key={change.path} change={change} status={item.status} cwd={cwd} asked={asked} />
      ))
    case 'other':
      return <OtherItemView item={item} />
    default:
      return (
        <OtherItemView
          item={{ ...item, type: 'other', kind: item.type, text: 'text' in item ? item.text : '' }}
        />
      )
  }
}
