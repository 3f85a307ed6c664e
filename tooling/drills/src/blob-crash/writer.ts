// A process that stores content without end, until it is killed; it says what was acknowledged.
import { setImmediate as turn } from 'node:timers/promises'
import type { SeedRecord, SnapshotRecord, Store } from '@x/agents/store'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import { contentOf, PART } from './content.ts'
import { OWNER, type WriterErrand } from './writer-errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as WriterErrand

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  sayLine({ ready: true })
  let snapshot: SnapshotRecord | undefined
  for (let n = 0; ; n += 1) {
    const name = `${errand.name} ${n}`
    sayLine({ begins: name })
    if (n % 3 === 0) {
      snapshot = await takeSnapshot(store, name, snapshot)
      sayLine({ snapshot: name })
      continue
    }
    const seed = await store.seeds.insert({ owner: OWNER, name, agent: 'drill', content: slowly(name, 1) })
    sayLine({ stored: name, revision: 1 })
    if (n % 2 === 1) await replace(store, seed)
  }
}

async function replace(store: Store, seed: SeedRecord): Promise<void> {
  const { owner, seedId, name } = seed
  const answer = await store.leases.acquire({
    owner,
    of: { seedId },
    holder: name,
    worker: 'here',
    leaseMs: 60_000,
  })
  if (answer.type !== 'leased') throw new Error('expected a seed that nobody else knows')
  sayLine({ begins: name })
  const { fence } = answer.lease
  await store.seeds.replace(seed, { content: slowly(name, 2), revision: 1, fence })
  sayLine({ stored: name, revision: 2 })
  await store.leases.release(answer.lease)
}

/** Every second one is laid over the one before. */
async function takeSnapshot(
  store: Store,
  name: string,
  before: SnapshotRecord | undefined,
): Promise<SnapshotRecord> {
  return store.snapshots.insert({
    owner: OWNER,
    taskId: errand.name.replaceAll(' ', '-'),
    agent: 'drill',
    data: { name },
    archive: slowly(name, PART.archive),
    manifest: slowly(name, PART.manifest),
    ...(before?.depth === 0 && { baseId: before.snapshotId }),
  })
}

/** A source that gives others their turn. */
async function* slowly(name: string, revision: number): AsyncGenerator<Uint8Array> {
  for (const chunk of contentOf(name, revision)) {
    await turn()
    yield chunk
  }
}

await main()
