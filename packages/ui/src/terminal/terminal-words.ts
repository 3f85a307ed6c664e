import type { TerminalState } from './terminal-link.ts'

/** How the terminal stands, for a person. */
export function terminalWords(state: TerminalState): string {
  switch (state.state) {
    case 'connecting':
      return 'Opening the terminal…'
    case 'live':
      return 'live'
    case 'reconnecting':
      return `reconnecting (attempt ${state.attempt})`
    case 'ended':
      return endWords(state.exitCode, state.signal)
    case 'failed':
      return 'could not be opened'
    case 'left':
      return 'closed'
  }
}

function endWords(exitCode: number | null, signal: string | null): string {
  if (signal !== null) return `The program was ended by ${signal}. The conversation goes on.`
  if (exitCode === null || exitCode === 0) return 'The program has ended. The conversation goes on.'
  return `The program ended with exit code ${exitCode}. The conversation goes on.`
}
