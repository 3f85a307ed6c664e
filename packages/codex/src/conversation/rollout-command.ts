import type { Command } from '@x/agents/conversation'
import type { Boundaries } from '../posture/boundaries.ts'
import { findDenial } from './find-denial.ts'
import type { RolloutEntry } from './parse-rollout.ts'

type Call = Extract<RolloutEntry, { type: 'call' }>

/** Whether a call runs a command. */
export function runsCommand(call: Call): boolean {
  return typeof call.arguments?.['cmd'] === 'string'
}

/**
 * A command as the rollout tells it: for a call that Codex shows no item of.
 * @param answer what the agent was told; absent while it runs, or when it was cut
 */
export function rolloutCommand(
  call: Call,
  answer: string | undefined,
  facts: { readonly cwd: string; readonly running: boolean; readonly boundaries?: Boundaries },
): Command {
  const args = call.arguments ?? {}
  const base = {
    type: 'command',
    id: call.callId,
    command: String(args['cmd']),
    cwd: typeof args['workdir'] === 'string' ? args['workdir'] : facts.cwd,
    outputDropped: 0,
  } as const
  if (answer === undefined) {
    return {
      ...base,
      phase: facts.running ? 'catching-up' : 'done',
      status: facts.running ? 'running' : 'failed',
      output: '',
    }
  }
  const exitCode = /^Process exited with code (-?\d+)$/m.exec(answer.slice(0, 400))?.[1]
  const start = answer.indexOf('Output:\n')
  if (exitCode === undefined || start < 0) {
    const status = /reject|declin|denied/i.test(answer) ? 'declined' : 'failed'
    return { ...base, phase: 'done', status, output: answer }
  }
  const output = answer.slice(start + 'Output:\n'.length)
  const done = { ...base, phase: 'done', exitCode: Number(exitCode), output } as const
  if (done.exitCode === 0) return { ...done, status: 'completed' }
  const refusal = facts.boundaries && findDenial(done, facts.boundaries)
  return refusal ? { ...done, status: 'refused', refusal } : { ...done, status: 'failed' }
}
