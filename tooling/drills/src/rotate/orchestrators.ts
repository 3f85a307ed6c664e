import { fileURLToPath } from 'node:url'
import { startProgram, type Program } from '../stores/program.ts'
import type {
  DeathStep,
  OrchestratorErrand,
  OrchestratorLine,
  OrchestratorTask,
} from './orchestrator-errand.ts'

const PROGRAM = fileURLToPath(new URL('orchestrator.ts', import.meta.url))

/** One broker in a process of its own, and in another one after it was killed. */
export class Orchestrator implements AsyncDisposable {
  private readonly errand: OrchestratorErrand
  private program: Program | undefined
  private waiting: ((line: OrchestratorLine) => void)[] = []
  private address = ''

  constructor(errand: OrchestratorErrand) {
    this.errand = errand
  }

  get url(): string {
    return this.address
  }

  get isAlive(): boolean {
    const child = this.program?.child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** Starts it when it does not run. */
  async start(): Promise<void> {
    if (this.isAlive) return
    const ready = this.next()
    this.program = startProgram(PROGRAM, this.errand, (line) => {
      this.waiting.shift()?.(line as unknown as OrchestratorLine)
    })
    const line = await Promise.race([ready, this.program.ended])
    if (!line || !('ready' in line)) throw new Error('a broker did not start')
    this.address = line.ready
  }

  /** A handle of a new session. */
  async issue(seedId: string, session: string): Promise<string> {
    const answer = this.next()
    this.tell({ do: 'issue', seedId, session })
    const line = await answer
    if ('handle' in line) return line.handle
    throw new Error(`no handle was issued: ${JSON.stringify(line)}`)
  }

  /** It kills itself as soon as it comes there. */
  dieAt(at: DeathStep): void {
    this.tell({ do: 'die', at })
  }

  async kill(): Promise<void> {
    await this.program?.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  private tell(task: OrchestratorTask): void {
    this.program?.tell(task)
  }

  private next(): Promise<OrchestratorLine> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }
}
