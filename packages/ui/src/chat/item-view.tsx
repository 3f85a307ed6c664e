import { memo } from 'react'
import type { ReactNode } from 'react'
import type { Item } from '@x/agents/conversation'
import { ErrorBoundary } from '../app/error-boundary.tsx'
import { MarkdownText } from '../markdown/markdown-text.tsx'
import { AgentCallItem } from './agent-call-item.tsx'
import { CatchingUp } from './catching-up.tsx'
import { useChat } from './chat-context.ts'
import { CommandItem } from './command-item.tsx'
import { FileLine } from './file-line.tsx'
import { OtherItemView } from './other-item.tsx'
import { ProposedPlanItem } from './proposed-plan.tsx'
import { ReasoningItem } from './reasoning-item.tsx'
import { CompactionItem, PictureItem, WebSearchItem } from './small-items.tsx'
import { ToolCallItem } from './tool-call-item.tsx'
import { UserWords } from './user-words.tsx'

export interface ItemViewProps {
  readonly item: Item
  readonly turnId: string
  /** Its approval is open. */
  readonly asked: boolean
  /** The address leads to it. */
  readonly target: boolean
}

/** One item of the transcript. It is drawn again only when the item itself changes. */
export const ItemView = memo(function ItemView({ item, turnId, asked, target }: ItemViewProps) {
  const { cwd } = useChat()
  return (
    <div
      className={`x-item x-item-${item.type}`}
      data-item-id={item.id}
      data-item-type={item.type}
      data-item-phase={item.phase}
      data-item-turn={turnId}
      data-target={target ? 'true' : undefined}
    >
      <ErrorBoundary what="This item">{drawn(item, asked, cwd)}</ErrorBoundary>
    </div>
  )
})

function drawn(item: Item, asked: boolean, cwd: string): ReactNode {
  if (item.phase === 'catching-up') return <CatchingUp item={item} />
  switch (item.type) {
    case 'user-message':
      return <UserWords text={item.text} attachments={item.attachments} />
    case 'agent-message':
      return <MarkdownText text={item.text} growing={item.phase === 'open'} />
    case 'reasoning':
      return <ReasoningItem item={item} />
    case 'plan':
      return <ProposedPlanItem item={item} />
    case 'command':
      return <CommandItem item={item} asked={asked} />
    case 'file-change':
      return item.changes.map((change, index) => (
        <FileLine
          key={`${index} ${change.path}`}
          change={change}
          status={item.status}
          cwd={cwd}
          asked={asked}
        />
      ))
    case 'tool-call':
      return <ToolCallItem item={item} />
    case 'agent-call':
      return <AgentCallItem item={item} />
    case 'web-search':
      return <WebSearchItem item={item} />
    case 'picture':
      return <PictureItem item={item} />
    case 'compaction':
      return <CompactionItem item={item} />
    case 'other':
      return <OtherItemView item={item} />
  }
}
