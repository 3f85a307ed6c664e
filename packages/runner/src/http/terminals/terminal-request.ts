import type { TerminalSize } from '@x/agents/terminal'
import { parseTerminalQuery } from './parse-terminal-query.ts'

/** Which terminal a viewer wants, and what it may do there. */
export interface TerminalRequest {
  readonly sessionId: string
  /** `read`: it looks, and neither types nor changes the size. */
  readonly mode: 'read' | 'write'
  /** Of the program when it must be started; one that runs keeps its own. */
  readonly size: TerminalSize
}

const TERMINAL = /^\/api\/sessions\/([A-Za-z0-9._~-]{1,200})\/terminal$/

/** What a WebSocket at `path` asks for; `undefined` when it is no terminal, `bad` for a query that says nothing clear. */
export function readTerminalRequest(
  path: string,
  query: URLSearchParams,
): TerminalRequest | 'bad' | undefined {
  const sessionId = TERMINAL.exec(path)?.[1]
  if (sessionId === undefined) return undefined
  const asked = parseTerminalQuery(query)
  return asked ? { sessionId, ...asked } : 'bad'
}
