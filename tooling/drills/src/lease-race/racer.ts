// A process that leases one of a few seeds each time it is told to, and writes when it is told to.
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createSeeds, type SeedLease } from '@x/agents/seeds'
import { StoreError, type SeedRecord, type Store } from '@x/agents/store'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import { OWNER, POOL, type RacerErrand } from './racer-errand.ts'

interface Holding {
  readonly lease: SeedLease
  readonly seed: SeedRecord
}

const errand = JSON.parse(process.argv[2] ?? '{}') as RacerErrand

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  sayLine({ ready: true })
  let holding: Holding | undefined
  for await (const line of createInterface({ input: process.stdin })) {
    const { claim, work } = JSON.parse(line) as { readonly claim?: number; readonly work?: boolean }
    if (claim !== undefined) holding = await take(store, claim)
    if (work === true && holding) await writeAndLeave(store, holding)
  }
}

async function take(store: Store, round: number): Promise<Holding | undefined> {
  const asked = performance.now()
  const { leaseMs, pollMs, timeoutMs } = errand
  try {
    const lease = await createSeeds({ store, manifests: [] }).acquire({
      owner: OWNER,
      of: { pool: POOL },
      holder: `${errand.name} round ${round}`,
      worker: errand.name,
      leaseMs,
      pollMs,
      timeoutMs,
    })
    // Made only when it is not there: whoever finds another's has met a second holder.
    const isAlone = await mark(lease)
    const seed = await store.seeds.get(lease)
    const { seedId, fence } = lease
    sayLine({ leased: seedId, fence, isAlone, waitedMs: Math.round(performance.now() - asked) })
    return { lease, seed }
  } catch (error) {
    sayLine({ starved: String(error) })
    return undefined
  }
}

async function mark({ seedId }: SeedLease): Promise<boolean> {
  try {
    await (await open(path.join(errand.marks, seedId), 'wx')).close()
    return true
  } catch {
    return false
  }
}

async function writeAndLeave(store: Store, { lease, seed }: Holding): Promise<void> {
  try {
    const { fence, revision } = errand.sabotage
      ? await withoutFence(store, lease)
      : { fence: lease.fence, ...seed }
    const content = [Buffer.from(`written by ${lease.holder}`)]
    const after = await store.seeds.replace(lease, { content, revision, fence })
    sayLine({ wrote: lease.seedId, revision: after.revision })
  } catch (error) {
    sayLine({ refused: error instanceof StoreError ? error.code : String(error) })
    if (error instanceof StoreError && error.code === 'lease-lost') {
      lease.abandon()
      sayLine({ left: true })
      return
    }
  }
  await rm(path.join(errand.marks, lease.seedId), { force: true })
  sayLine({ left: await lease.release() })
}

/** What the next holder has; as much as a store without fencing numbers would ask for. */
async function withoutFence(store: Store, lease: SeedLease): Promise<{ fence: number; revision: number }> {
  for (let tries = 1; ; tries += 1) {
    const seed = await store.seeds.get(lease)
    if (seed.lease || tries === 20)
      return { fence: seed.lease?.fence ?? lease.fence, revision: seed.revision }
    await delay(100)
  }
}

await main()
