// A process that plants logins under leases and keeps them, whose store fails now and then, and which kills itself where it is told to.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createSeeds, type PlantedWatch, type SeedLease, type Seeds } from '@x/agents/seeds'
import { StoreError, type Store } from '@x/agents/store'
import { codexSeedManifest } from '@x/codex'
import { openLocalHost, type Host } from '@x/host'
import { OWNER } from '../../logins/stored-login.ts'
import { createSeededRandom } from '../../seeded-random.ts'
import { sayLine } from '../../stores/program.ts'
import { openPlace } from '../../stores/store-place.ts'
import { failing } from '../failing-store.ts'
import {
  LEASE_MS,
  WAIT_MS,
  type PlantedAt,
  type PlanterErrand,
  type PlanterLine,
  type PlanterStep,
  type PlanterTask,
} from './planter-errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as PlanterErrand
const say = (line: PlanterLine): void => sayLine(line)
const ends = new Map<string, () => void>()
let deathStep: PlanterStep | undefined

function dieAt(step: PlanterStep): void {
  if (step === deathStep) process.kill(process.pid, 'SIGKILL')
}

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  await using host = await openLocalHost()
  const planter = new Planter(flawedStore(store), host)
  say({ ready: true })
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line) as PlanterTask
    if (task.do === 'die') deathStep = task.at
    else if (task.do === 'end') ends.get(task.worker)?.()
    else void planter.work(task).catch((error: unknown) => say({ failed: task.worker, why: String(error) }))
  }
}

class Planter {
  private readonly store: Store
  private readonly seeds: Seeds
  private readonly host: Host

  constructor(store: Store, host: Host) {
    this.store = store
    this.seeds = createSeeds({ store, manifests: [codexSeedManifest] })
    this.host = host
  }

  async work(task: Extract<PlanterTask, PlantedAt>): Promise<void> {
    if (task.do === 'use') await this.use(task)
    else await this.takeOver(task, task.revoke)
  }

  private async use({ seedId, home, worker }: PlantedAt): Promise<void> {
    const of = { seedId }
    const holder = `${worker}/${process.pid}`
    const lease = await insist(() =>
      this.seeds.acquire({
        owner: OWNER,
        of,
        holder,
        worker,
        leaseMs: LEASE_MS,
        timeoutMs: WAIT_MS,
        pollMs: 100,
      }),
    )
    dieAt('acquired')
    const ended = untilTold(worker)
    const watch = await this.watch(home, lease)
    dieAt('watched')
    await insist(() => this.seeds.plant({ host: this.host, home, seed: lease }))
    say({ planted: worker })
    dieAt('planted')
    await ended
    const { type } = await watch.close()
    if (type === 'released') await rm(path.join(home, '.codex/auth.json'), { force: true })
    say({ ended: worker, how: type })
  }

  /** As whoever takes up what a dead one has left: at once, or when the lease has expired. */
  private async takeOver({ seedId, home, worker }: PlantedAt, revoke: boolean): Promise<void> {
    const ended = untilTold(worker)
    const lease = await this.leaseOf(seedId, worker, revoke)
    if (!lease) {
      say({ ended: worker, how: 'free' })
      return
    }
    dieAt('taken')
    if (errand.sabotage) {
      await insist(() => lease.release())
      say({ ended: worker, how: 'released' })
      return
    }
    const watch = await this.watch(home, lease)
    say({ taken: worker })
    await ended
    const { type } = await watch.close()
    if (type === 'released') await rm(path.join(home, '.codex/auth.json'), { force: true })
    say({ ended: worker, how: type })
  }

  private async leaseOf(seedId: string, worker: string, revoke: boolean): Promise<SeedLease | undefined> {
    const holder = `${worker}/${process.pid}/after`
    for (;;) {
      const leases = await insist(() => this.store.leases.list({ owner: OWNER }))
      const found = leases.find((lease) => lease.seedId === seedId && lease.worker === worker)
      if (!found) return undefined
      try {
        // It may be ours by now, and only the answer was lost.
        const isOurs = found.holder === holder
        return await this.seeds.takeOver(found, {
          holder,
          worker,
          leaseMs: LEASE_MS,
          revoke: revoke || isOurs,
        })
      } catch (error) {
        const isPassing =
          error instanceof StoreError && ['leased', 'lease-lost', 'unreachable', 'busy'].includes(error.code)
        if (!isPassing) throw error
      }
      await delay(50)
    }
  }

  private watch(home: string, lease: SeedLease): Promise<PlantedWatch> {
    return insist(() => this.seeds.watch({ host: this.host, home, lease, pollMs: 500, retryMs: 50 }))
  }
}

/** Until it works: its store fails too. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const isPassing = error instanceof StoreError && (error.code === 'unreachable' || error.code === 'busy')
      if (!isPassing || tries === 50) throw error
    }
    await delay(20)
  }
}

function untilTold(worker: string): Promise<void> {
  return new Promise((resolve) => ends.set(worker, resolve))
}

/** A store whose calls fail now and then; and where they have worked, the steps at which one may die. */
function flawedStore(store: Store): Store {
  const random = createSeededRandom(errand.seed)
  const replace: Store['seeds']['replace'] = async (...asked) => {
    dieAt('renewed')
    const saved = await store.seeds.replace(...asked)
    dieAt('saved')
    return saved
  }
  const release: Store['leases']['release'] = async (lease) => {
    dieAt('unreleased')
    const isReleased = await store.leases.release(lease)
    dieAt('released')
    return isReleased
  }
  return {
    ...store,
    seeds: failing({ ...store.seeds, replace }, errand.failing, random),
    leases: failing({ ...store.leases, release }, errand.failing, random),
  }
}

await main()
