import { useState } from 'react'
import type { AgentCall } from '@x/agents/conversation'
import { agentName } from '../agents/agent-name.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { useChat } from './chat-context.ts'
import { DoingState } from './doing-state.tsx'
import { Fold } from './fold.tsx'

/** The agent and agents of its own: what it does with which of them. */
export function AgentCallItem({ item }: { readonly item: AgentCall }) {
  const { agents } = useChat()
  const [open, setOpen] = useState(false)
  const names = item.agentIds.map((id) => agentName(agents, id)).join(', ')
  const head = (
    <>
      <DoingState status={item.status} asked={false} />
      <span className="x-row-main">{revealHidden(actionWords(item.action))}</span>
      {names !== '' && <span className="x-row-side">{revealHidden(names)}</span>}
    </>
  )
  if (item.prompt === undefined || item.prompt === '') return <div className="x-row">{head}</div>
  return (
    <Fold open={open} onToggle={() => setOpen(!open)} head={head}>
      <div className="x-words">{revealHidden(item.prompt)}</div>
    </Fold>
  )
}

/** `spawnAgent` becomes "spawn agent". */
function actionWords(action: string): string {
  return action
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
}
