import { memo } from 'react'
import type { SubAgent } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import type { MarkKind } from '../theme/mark.tsx'
import { agentName } from './agent-name.ts'

const STATES: Readonly<Record<string, { readonly mark: MarkKind; readonly word: string }>> = {
  running: { mark: 'running', word: 'running' },
  waiting: { mark: 'waiting', word: 'waiting' },
  done: { mark: 'done', word: 'done' },
  failed: { mark: 'failed', word: 'failed' },
}
const UNKNOWN = { mark: 'idle', word: '' } as const

/** The agents that the agent has begun: each in a quiet line, with its last words. */
export const AgentRows = memo(function AgentRows({ agents }: { readonly agents: readonly SubAgent[] }) {
  if (agents.length === 0) return null
  return (
    <ul className="x-agents" aria-label="Agents">
      {agents.map((agent) => {
        const { mark, word } = STATES[agent.status] ?? UNKNOWN
        return (
          <li key={agent.id} className="x-row" data-agent-id={agent.id}>
            <span className={`x-state x-state-${mark}`}>
              <Mark kind={mark} /> {word}
            </span>
            <span>{revealHidden(agentName(agents, agent.id))}</span>
            <span className="x-row-main x-faint">{revealHidden(oneLine(agent.lastMessage))}</span>
          </li>
        )
      })}
    </ul>
  )
})

/** Those that have something to do. */
export function busyAgents(agents: readonly SubAgent[]): readonly SubAgent[] {
  return agents.filter(({ status }) => status === 'running' || status === 'waiting')
}

function oneLine(text = ''): string {
  return text.trim().replace(/\s+/g, ' ').slice(-200)
}
