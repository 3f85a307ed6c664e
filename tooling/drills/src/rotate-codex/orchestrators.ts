import { fileURLToPath } from 'node:url'
import { Partner } from '../stores/partner.ts'
import type { CodexErrand, CodexLine, CodexTask } from './errand.ts'

const PROGRAM = fileURLToPath(new URL('orchestrator.ts', import.meta.url))

/** The process with the sessions, and the next one when it was killed. */
export class CodexOrchestrator extends Partner<CodexTask, CodexLine> {
  constructor(errand: CodexErrand) {
    super(PROGRAM, errand)
  }

  /** Opens a session, or takes it up. @returns why not */
  async open(taskId: string, seedId: string): Promise<string | undefined> {
    const task = { do: 'open', taskId, seedId } as const
    const line = await this.ask(task, (said) => 'opened' in said && said.opened === taskId)
    return line && 'fault' in line ? line.fault : line ? undefined : 'it has died'
  }

  /** @returns how the turn ended; `undefined` when the process has died of it */
  async send(taskId: string, n: number): Promise<string | undefined> {
    const task = { do: 'send', taskId, n } as const
    const line = await this.ask(
      task,
      (said) => 'answered' in said && said.answered === taskId && said.n === n,
    )
    return line && 'status' in line ? line.status : undefined
  }

  /** Closes all sessions. @returns what went wrong */
  async close(): Promise<readonly string[]> {
    const line = await this.ask({ do: 'close' }, (said) => 'closed' in said)
    return line && 'faults' in line ? line.faults : ['it has died']
  }
}
