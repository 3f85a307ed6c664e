import { HostError } from '../errors.ts'
import type { StartedProgram } from './start-program.ts'

/** The wrapper has not spoken: its account may run no commands. */
export function refused(program: Pick<StartedProgram, 'said'>): HostError {
  const said = program.said() || 'it said nothing'
  return new HostError('spawn-failed', `the account's shell runs no command: ${said}`)
}

/** @param said what the wrapper's shell said on stderr */
export function notStarted(argv: readonly string[], said: string): HostError {
  const why = said
    .trim()
    .replace(/^\S*sh: (\d+: |line \d+: )?/, '')
    .slice(0, 500)
  const cause = new Error(said.trim())
  return new HostError('spawn-failed', `cannot start ${String(argv[0])}: ${why || 'no message'}`, { cause })
}
