import type { ModelRequest } from '../model-request.ts'
import type { CallStep } from './call.ts'

const OLDER_WAY = 'multi_agent_v1'
const WAIT_MS = 60_000

/** Something done with sub-agents. Which tools that takes is read from the request: Codex knows two ways. */
export type AgentStep =
  | {
      readonly agent: 'spawn'
      /** What the agent is to do; it comes as the newest message of the agent's own requests. */
      readonly message: string
      /** Lower-case letters, digits and `_`; the older way has no names. @default 'helper' */
      readonly name?: string
      /** Whether the agent gets the conversation up to here. @default false */
      readonly fork?: boolean
    }
  | {
      /** More work for an agent that was spawned. */
      readonly agent: 'send'
      readonly message: string
      /** Which of the spawned, from 0. @default the newest */
      readonly which?: number
    }
  | {
      /** Until an agent is through. */
      readonly agent: 'wait'
      /** @default 60_000 */
      readonly timeoutMs?: number
    }
  | {
      /** Ends an agent; the newer way can only interrupt it. */
      readonly agent: 'close'
      /** Which of the spawned, from 0. @default the newest */
      readonly which?: number
    }

/**
 * The call that does it.
 *
 * @throws Error when it names an agent and none was spawned: the output of `spawn_agent` is not in the request.
 */
export function agentAsCall(step: AgentStep, request: ModelRequest): CallStep {
  const offer = request.tools.find(({ name, kind }) => name === 'spawn_agent' && kind !== 'nested')
  // Models that search for their tools are offered none of these; the older way's work all the same.
  const isOlder = offer === undefined || offer.namespace === OLDER_WAY
  const group = offer === undefined ? { namespace: OLDER_WAY } : {}
  const call = (name: string, args: CallStep['arguments']): CallStep => ({
    call: name,
    arguments: args,
    ...group,
  })
  switch (step.agent) {
    case 'spawn': {
      const { message, name = 'helper', fork = false } = step
      // The newer way forks unless it is told not to, and the older one the other way round.
      const how = isOlder ? { fork_context: fork } : { task_name: name, fork_turns: fork ? 'all' : 'none' }
      return call('spawn_agent', { message, ...how })
    }
    case 'send':
      return call(isOlder ? 'send_input' : 'followup_task', {
        target: spawned(request, step.which),
        message: step.message,
      })
    case 'wait': {
      const wait = { timeout_ms: step.timeoutMs ?? WAIT_MS }
      return call('wait_agent', isOlder ? { targets: spawnedAgents(request), ...wait } : wait)
    }
    case 'close':
      return call(isOlder ? 'close_agent' : 'interrupt_agent', { target: spawned(request, step.which) })
  }
}

/** The names of the agents that were spawned in this conversation, as the other calls want them, oldest first. */
export function spawnedAgents(request: ModelRequest): readonly string[] {
  const spawns = new Set(
    request.input.flatMap((item) =>
      item.type === 'call' && item.name === 'spawn_agent' ? [item.callId] : [],
    ),
  )
  return request.input.flatMap((item) => {
    if (item.type !== 'output' || !spawns.has(item.callId)) return []
    const name = /"(?:agent_id|task_name)":"([^"]+)"/.exec(item.text)?.[1]
    return name === undefined ? [] : [name]
  })
}

function spawned(request: ModelRequest, which = -1): string {
  const name = spawnedAgents(request).at(which)
  if (name === undefined) throw new Error('no such agent was spawned in this conversation')
  return name
}
