// A process with a store of its own; it says one JSON line for each thing that the store has acknowledged.
// Arguments: where the store is, and what to do, both as JSON. `race` claims once for each line on its standard input.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { openMongoStore } from '../../src/mongo/open-mongo-store.ts'
import { openSqliteStore } from '../../src/sqlite/open-sqlite-store.ts'
import { openKeyDirectory } from '../../src/store/key-directory.ts'
import type { Lease } from '../../src/store/lease.ts'
import type { Store } from '../../src/store/store.ts'

export type StorePlace =
  | { readonly path: string; readonly keys: string }
  | { readonly url: string; readonly database: string; readonly keys: string }

export type StoreErrand =
  | { readonly do: 'race'; readonly holder: string }
  | { readonly do: 'rotate'; readonly holder: string; readonly times: number }
  | { readonly do: 'write'; readonly holder: string; readonly from: number }

const OWNER = 'ada'

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function open(place: StorePlace): Promise<Store> {
  const keys = openKeyDirectory({ path: place.keys })
  return 'path' in place
    ? openSqliteStore({ path: place.path, keys, busyMs: 60_000 })
    : openMongoStore({ url: place.url, database: place.database, keys })
}

function claim(store: Store, holder: string, queue?: true | string) {
  const request = { owner: OWNER, of: { pool: 'race' }, holder, worker: 'w', leaseMs: 60_000 }
  return store.leases.acquire({ ...request, ...(queue !== undefined && { queue }) })
}

async function race(store: Store, holder: string): Promise<void> {
  say({ ready: true })
  for await (const round of createInterface({ input: process.stdin })) {
    const answer = await claim(store, holder)
    say({ round, type: answer.type, fence: answer.type === 'leased' ? answer.lease.fence : undefined })
  }
}

/** A claim for which it waits in the queue. */
async function waited(store: Store, holder: string): Promise<Lease> {
  for (let queue: true | string = true; ;) {
    const answer = await claim(store, holder, queue)
    if (answer.type === 'leased') return answer.lease
    if (answer.type === 'waiting') queue = answer.ticket
    await delay(20)
  }
}

/** Claims, writes new content, releases: as a session does whose token rotates. */
async function rotate(store: Store, holder: string, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const lease = await waited(store, holder)
    const { revision } = await store.seeds.get(lease)
    const content = [Buffer.from(`revision ${revision + 1} by ${holder}`)]
    await store.seeds.replace(lease, { content, revision, fence: lease.fence })
    if (!(await store.leases.release(lease))) throw new Error('lost a lease that nobody could take')
    done += 1
  }
  say({ done: times })
}

/** Writes without end: new logins with content of a few pieces, changes of them, tasks. */
async function write(store: Store, holder: string, from: number): Promise<void> {
  await store.orchestrators.register({ id: holder, lifetimeMs: 60_000 })
  for (let n = from; ; n += 1) {
    const content = [Buffer.alloc(1_100_000, `${n} `)]
    const seed = await store.seeds.insert({
      owner: OWNER,
      name: `${n}`,
      agent: 'codex',
      pool: `p${n}`,
      content,
    })
    say({ inserted: n })
    const of = { seedId: seed.seedId }
    const answer = await store.leases.acquire({ owner: OWNER, of, holder, worker: 'w', leaseMs: 60_000 })
    if (answer.type !== 'leased') throw new Error('expected a lease on a new seed')
    const { fence } = answer.lease
    await store.seeds.replace(seed, { content: [Buffer.alloc(70_000, `${n}!`)], revision: 1, fence })
    say({ replaced: n })
    await store.seeds.change(seed, { metadata: { n } })
    say({ changed: n })
    await store.tasks.insert({ owner: OWNER, taskId: `t${n}`, orchestrator: holder, data: { n } })
    say({ task: n })
  }
}

const [place, errand] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  StorePlace,
  StoreErrand,
]
const store = await open(place)
if (errand.do === 'race') await race(store, errand.holder)
else if (errand.do === 'rotate') await rotate(store, errand.holder, errand.times)
else await write(store, errand.holder, errand.from)
await store.close()
