import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeedRecord, Store } from '@x/agents/store'
import type { TokenEndpointFixture } from '@x/fixtures'
import type { LoginFindings } from '../../logins/login-tally.ts'
import { OWNER, storedLogin } from '../../logins/stored-login.ts'
import { captureLogin } from '../login.ts'
import { ORCHESTRATORS, type PlantedRun } from '../plan.ts'
import type { RotationOptions } from '../rotation.ts'
import { Agent } from './agent.ts'
import type { PlantedAt } from './planter-errand.ts'
import { Planter } from './planters.ts'

/** A tenth of all calls. */
const FAILING = 0.1
/** What a dead one has left, and what became of it. */
export interface LeftOnWorkers {
  /** Runs at whose kill the newest token lay on a worker alone. */
  readonly left: number
  /** Of those, how many were found there, and saved. */
  readonly found: number
}

/**
 * Several orchestrators on one store, each with a worker: run after run one login goes from worker to worker, is renewed
 * on each of them, and one of the orchestrators dies. What it leaves is taken over by another one.
 */
export class PlantedRotation implements AsyncDisposable {
  private readonly options: RotationOptions
  private readonly planters: readonly Planter[]
  private left = 0
  private found = 0

  constructor(options: RotationOptions) {
    this.options = options
    const { place, sabotage, seed } = options
    this.planters = Array.from(
      { length: ORCHESTRATORS },
      (_, n) => new Planter({ place, failing: FAILING, seed: seed + n, sabotage }),
    )
  }

  get leftOnWorkers(): LeftOnWorkers {
    const { left, found } = this
    return { left, found }
  }

  async run(planned: PlantedRun): Promise<LoginFindings> {
    const { store, directory, endpoint, say, place } = this.options
    const started = performance.now()
    await Promise.all(this.planters.map((one) => one.start()))
    const login = endpoint.login()
    const seed = await captureLogin(store, directory, login)
    const run = new OneRun(this.options, planned, seed, this.planters)
    const problems = [...(await run.go()), ...(await judge(this.options, seed))]
    this.left += run.wasLeft ? 1 : 0
    this.found += run.wasLeft && problems.length === 0 ? 1 : 0
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    const died = this.planters.some((one) => !one.isAlive)
    const name = `${place.kind} planted run ${planned.n}: ${planned.death}${died ? ', killed' : ''}`
    for (const problem of problems) say(`LOSS  ${name}: ${problem}`)
    say(
      `${problems.length > 0 ? 'LOSS' : 'ok'}  ${name}, ${run.wasLeft ? 'left on a worker and found there' : 'saved'} in ${seconds} s`,
    )
    const repeated = endpoint.ledger.filter(
      (entry) => entry.family === login.family && entry.outcome === 'reused',
    ).length
    return { lost: problems.length, repeated, unknown: 0, burnt: 0 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.planters.map((one) => one.kill()))
  }
}

/** One login in the hands of everybody, one after the other. */
class OneRun {
  /** When one was killed, the newest token lay on its worker alone. */
  wasLeft = false
  private readonly options: RotationOptions
  private readonly planned: PlantedRun
  private readonly seed: SeedRecord
  private readonly planters: readonly Planter[]
  private readonly problems: string[] = []
  /** Whose agent has the login. */
  private owner: string | undefined

  constructor(options: RotationOptions, planned: PlantedRun, seed: SeedRecord, planters: readonly Planter[]) {
    this.options = options
    this.planned = planned
    this.seed = seed
    this.planters = planters
  }

  /** @returns what went wrong */
  async go(): Promise<readonly string[]> {
    const { death, victim, afterMs } = this.planned
    const first = this.planters[victim]
    const killing = death === 'random' ? delay(afterMs).then(() => first?.kill()) : undefined
    // `taken` is where the second one dies.
    if (death !== 'random' && death !== 'none')
      first?.tell({ do: 'die', at: death === 'taken' ? 'planted' : death })
    // Whoever dies in the queue is waited for: so one that is to die has its turn first, and one that takes over waits for none.
    let begun = (): void => undefined
    const isPlanted = new Promise<void>((resolve) => (begun = resolve))
    const firstUse = this.use(victim, begun)
    await Promise.race(death === 'taken' ? [firstUse] : [firstUse, isPlanted]).catch(() => undefined)
    const others = this.planters.map(async (planter, n) => {
      if (n !== victim && planter.isAlive) await this.use(n)
    })
    await killing
    for (const result of await Promise.allSettled([firstUse, ...others]))
      if (result.status === 'rejected') this.problems.push(String(result.reason))
    return this.problems
  }

  private async use(n: number, onPlanted?: () => void): Promise<void> {
    const [planter, at] = [this.planters[n], this.placeOf(n)]
    if (!planter) throw new RangeError('expected an orchestrator')
    const agent = new Agent(at.home, this.options.endpoint.url)
    const mayStart = await planter.use(at)
    onPlanted?.()
    if (mayStart) {
      this.enter(at)
      await this.rotate(agent, this.planned.rotations[n] ?? 1)
      // Nobody is there who would end it: it goes on.
      if (!planter.isAlive) await this.rotate(agent, 1)
    }
    // Dead before it says that the agent may start: nothing runs there.
    const isAlone = !planter.isAlive
    if (isAlone && mayStart) this.wasLeft ||= await this.isOnWorker()
    if (mayStart && !isAlone) this.leave(at)
    const how = isAlone ? undefined : await planter.end(at)
    if (how === undefined) await this.reconcile(n, at, isAlone && mayStart)
    else if (how !== 'released') this.problems.push(`a planted login was ${how}`)
  }

  /** Others take over what a dead one has left, until one of them comes to the end. */
  private async reconcile(n: number, at: PlantedAt, runs: boolean): Promise<void> {
    const { death, isHasty } = this.planned
    for (const step of [1, 2]) {
      const planter = this.planters[(n + step) % ORCHESTRATORS]
      if (!planter || isDead(planter)) continue
      if (death === 'taken' && step === 1) planter.tell({ do: 'die', at: 'taken' })
      const isThere = await planter.takeOver(at, { revoke: isHasty })
      if (isDead(planter)) continue
      // The agent ends while somebody watches: what it writes until then is saved.
      if (isThere && runs) await this.rotate(new Agent(at.home, this.options.endpoint.url), 1)
      if (runs) this.leave(at)
      const how = isThere ? await planter.end(at) : 'free'
      if (how === undefined) continue
      if (how !== 'released' && how !== 'free') this.problems.push(`what was left is ${how}`)
      return
    }
    this.problems.push('nobody could look at what was left')
  }

  private async rotate(agent: Agent, times: number): Promise<void> {
    await agent.rotate(times).catch((error: unknown) => this.problems.push(`an agent: ${String(error)}`))
  }

  private placeOf(n: number): PlantedAt {
    const { directory } = this.options
    return {
      seedId: this.seed.seedId,
      home: path.join(directory, 'workers', String(n)),
      worker: `worker ${n}`,
    }
  }

  private enter({ worker }: PlantedAt): void {
    if (this.owner !== undefined) this.problems.push(`${worker} and ${this.owner} have the login at once`)
    this.owner = worker
  }

  private leave({ worker }: PlantedAt): void {
    if (this.owner === worker) this.owner = undefined
  }

  private async isOnWorker(): Promise<boolean> {
    const { store, endpoint } = this.options
    const { refreshToken } = await storedLogin(store, this.seed.seedId)
    return endpoint.newestOf(this.seed.name) !== refreshToken
  }
}

function isDead(planter: Planter): boolean {
  return !planter.isAlive
}

/** How the login stands when everybody is done. @returns what is wrong with that */
async function judge(
  { store, endpoint }: { readonly store: Store; readonly endpoint: TokenEndpointFixture },
  { seedId, name }: SeedRecord,
): Promise<readonly string[]> {
  const problems: string[] = []
  const { status, refresh, lease } = await store.seeds.get({ owner: OWNER, seedId })
  const { refreshToken } = await storedLogin(store, seedId)
  if (endpoint.newestOf(name) !== refreshToken) problems.push('the token that is stored is spent')
  if (status === 'dead') problems.push('it is called dead')
  if (refresh.state !== 'idle') problems.push(`its refresh is ${refresh.state}`)
  if (lease) problems.push(`its lease is ${lease.state}`)
  return problems
}
