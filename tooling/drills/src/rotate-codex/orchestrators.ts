import { fileURLToPath } from 'node:url'
import { startProgram, type Program } from '../stores/program.ts'
import type { CodexErrand, CodexLine, CodexTask } from './errand.ts'

const PROGRAM = fileURLToPath(new URL('orchestrator.ts', import.meta.url))

/** The process with the sessions, and the next one when it was killed. */
export class CodexOrchestrator implements AsyncDisposable {
  private readonly errand: CodexErrand
  private program: Program | undefined
  private readonly listeners = new Set<(line: CodexLine) => void>()

  constructor(errand: CodexErrand) {
    this.errand = errand
  }

  get isAlive(): boolean {
    const child = this.program?.child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** Starts it when it does not run. */
  async start(): Promise<void> {
    if (this.isAlive) return
    this.program = startProgram(PROGRAM, this.errand, (line) => {
      for (const listener of this.listeners) listener(line as unknown as CodexLine)
    })
    if (!(await this.next((line) => 'ready' in line)))
      throw new Error('a process with sessions did not start')
  }

  tell(task: CodexTask): void {
    this.program?.tell(task)
  }

  /** Opens a session, or takes it up. @returns why not */
  async open(taskId: string, seedId: string): Promise<string | undefined> {
    const opened = this.next((line) => 'opened' in line && line.opened === taskId)
    this.tell({ do: 'open', taskId, seedId })
    const line = await opened
    return line && 'fault' in line ? line.fault : line ? undefined : 'it has died'
  }

  /** @returns how the turn ended; `undefined` when the process has died of it */
  async send(taskId: string, n: number): Promise<string | undefined> {
    const answered = this.next((line) => 'answered' in line && line.answered === taskId && line.n === n)
    this.tell({ do: 'send', taskId, n })
    const line = await answered
    return line && 'status' in line ? line.status : undefined
  }

  /** Closes all sessions. @returns what went wrong */
  async close(): Promise<readonly string[]> {
    const closed = this.next((line) => 'closed' in line)
    this.tell({ do: 'close' })
    const line = await closed
    return line && 'faults' in line ? line.faults : ['it has died']
  }

  async kill(): Promise<void> {
    await this.program?.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  /** What it says next of that kind; `undefined` when it has died. */
  private async next(fits: (line: CodexLine) => boolean): Promise<CodexLine | undefined> {
    const { program } = this
    if (!program) return undefined
    const gone = program.ended.then(() => undefined)
    let listener: (line: CodexLine) => void = () => undefined
    const said = new Promise<CodexLine>((resolve) => {
      listener = (line) => {
        if (fits(line)) resolve(line)
      }
    })
    this.listeners.add(listener)
    try {
      return await Promise.race([said, gone])
    } finally {
      this.listeners.delete(listener)
    }
  }
}
