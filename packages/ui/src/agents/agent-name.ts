import type { SubAgent } from '@x/agents/conversation'

/** What an agent of the agent is called here: by its name, else by the end of its id, which tells it from the others. */
export function agentName(agents: readonly SubAgent[], id: string): string {
  return agents.find((agent) => agent.id === id)?.name ?? `agent …${id.slice(-6)}`
}
