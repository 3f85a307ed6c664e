import { fileURLToPath } from 'node:url'
import { Partner } from '../stores/partner.ts'
import type {
  DeathStep,
  OrchestratorErrand,
  OrchestratorLine,
  OrchestratorTask,
} from './orchestrator-errand.ts'

const PROGRAM = fileURLToPath(new URL('orchestrator.ts', import.meta.url))

/** One broker in a process of its own, and in another one after it was killed. */
export class Orchestrator extends Partner<OrchestratorTask, OrchestratorLine> {
  private address = ''

  constructor(errand: OrchestratorErrand) {
    super(PROGRAM, errand)
  }

  get url(): string {
    return this.address
  }

  override async start(): Promise<OrchestratorLine | undefined> {
    const line = await super.start()
    if (line && 'ready' in line) this.address = line.ready
    return line
  }

  /** A handle of a new session. */
  async issue(seedId: string, session: string): Promise<string> {
    const line = await this.ask({ do: 'issue', seedId, session }, () => true)
    if (line && 'handle' in line) return line.handle
    throw new Error(`no handle was issued: ${JSON.stringify(line)}`)
  }

  /** It kills itself as soon as it comes there. */
  dieAt(at: DeathStep): void {
    this.tell({ do: 'die', at })
  }
}
