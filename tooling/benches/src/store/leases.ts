import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Store } from '@x/agents/store'
import { OWNER } from './blobs.ts'

const POOL = 'leases'

/** How long each of some operations took, in milliseconds. */
export type Times = readonly number[]

export async function makePool(store: Store, seeds: number): Promise<void> {
  const content = [Buffer.from('a login')]
  for (let n = 0; n < seeds; n += 1)
    await store.seeds.insert({ owner: OWNER, name: `seed ${n}`, agent: 'bench', pool: POOL, content })
}

/** Claims, renews, gives back, one after the other. */
export async function leaseOperations(store: Store, operations: number): Promise<Times> {
  const times: number[] = []
  const request = { owner: OWNER, of: { pool: POOL }, holder: 'bench', worker: 'here', leaseMs: 60_000 }
  while (times.length < operations) {
    const answer = await timed(times, () => store.leases.acquire(request))
    if (answer.type !== 'leased') throw new Error('expected a free seed')
    await timed(times, () => store.leases.renew(answer.lease))
    await timed(times, () => store.leases.release(answer.lease))
  }
  return times
}

/** The least that a durable change of a file costs: a page at its end, and its way to the disk. */
export async function durableAppends(directory: string, operations: number): Promise<Times> {
  const times: number[] = []
  await using handle = await open(path.join(directory, 'log'), 'a')
  const page = Buffer.alloc(4_096, 'page')
  for (let n = 0; n < operations; n += 1) {
    await timed(times, async () => {
      await handle.write(page)
      await handle.datasync()
    })
  }
  return times
}

export async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await act()
  times.push(performance.now() - started)
  return result
}
