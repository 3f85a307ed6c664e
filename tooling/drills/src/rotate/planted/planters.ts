import { fileURLToPath } from 'node:url'
import { Partner } from '../../stores/partner.ts'
import type { PlantedAt, PlanterErrand, PlanterLine, PlanterTask } from './planter-errand.ts'

const PROGRAM = fileURLToPath(new URL('planter.ts', import.meta.url))

/** How one was done with a login; `undefined` when it died of it. */
export type Ended = Extract<PlanterLine, { readonly how: string }>['how'] | undefined

/** One that plants logins in a process of its own, and in another one after it was killed. */
export class Planter extends Partner<PlanterTask, PlanterLine> {
  constructor(errand: PlanterErrand) {
    super(PROGRAM, errand)
  }

  /** @returns whether the agent may start */
  async use(at: PlantedAt): Promise<boolean> {
    return this.begin({ do: 'use', ...at })
  }

  /** Takes over what a dead one has left. @returns whether there is something to look at */
  async takeOver(at: PlantedAt, options: { readonly revoke: boolean }): Promise<boolean> {
    return this.begin({ do: 'takeOver', ...at, ...options })
  }

  /** The agent has ended. */
  async end({ worker }: PlantedAt): Promise<Ended> {
    const task = { do: 'end', worker } as const
    const line = await this.ask(
      task,
      (said) => isAbout(said, worker) && ('ended' in said || 'failed' in said),
    )
    return line && 'how' in line ? line.how : undefined
  }

  private async begin(task: Extract<PlanterTask, PlantedAt>): Promise<boolean> {
    const line = await this.ask(task, (said) => isAbout(said, task.worker))
    if (line && 'failed' in line) throw new Error(`${task.worker} has failed: ${line.why}`)
    return line !== undefined && !('ended' in line)
  }
}

function isAbout(line: PlanterLine, worker: string): boolean {
  return Object.values<unknown>(line).includes(worker)
}
