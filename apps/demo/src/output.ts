import type { Fault } from '@x/agents/conversation'

/** Where a command says what it does: sentences for a person, or one JSON object per line for a program. */
export interface Output {
  /** Something worth knowing, on stdout for a person; a program is not told. */
  say(text: string): void
  /** What the command came to. `text` is for a person. */
  result(facts: Readonly<Record<string, unknown>>, text: string): void
  /** Why it came to nothing, on stderr. */
  fail(fault: Fault): void
}

export interface OutputStreams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

export function createOutput(json: boolean, { out, err }: OutputStreams): Output {
  return {
    say: (text) => {
      if (!json) out(`x: ${text}\n`)
    },
    result: (facts, text) => out(json ? `${JSON.stringify(facts)}\n` : `x: ${text}\n`),
    fail: ({ message, remedy }) => {
      err(json ? `${JSON.stringify({ error: { message, remedy } })}\n` : `x: ${message}\n`)
      if (!json && remedy !== undefined) err(`   ${remedy}\n`)
    },
  }
}
