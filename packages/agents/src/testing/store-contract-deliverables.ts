import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { DeliverableKey, NewDeliverable } from '../store/deliverable.ts'
import { GRACE_MS, type Store } from '../store/store.ts'
import { inTurn, noise, OWNER, refused, type StoreCase } from './store-contract-stage.ts'

const TASK = { owner: OWNER, taskId: 'nightly-42' }
const BIG = 2 * 1024 * 1024 + 3

const insert = (store: Store, deliverableId: string, deliverable: Partial<NewDeliverable> = {}) =>
  store.deliverables.insert({
    ...TASK,
    deliverableId,
    path: 'report.md',
    content: [Buffer.from('a report')],
    ...deliverable,
  })

async function contentOf(store: Store, key: DeliverableKey): Promise<Buffer> {
  const { content } = await store.deliverables.read(key)
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What agents have handed over. */
export function deliverableContract(scenario: StoreCase): void {
  scenario(
    'keeps each version of what was handed over',
    async ({ store, openAgain, backdate, countBlobs }) => {
      const first = await insert(store, 'run-1.0')
      expect(first).toMatchObject({
        ...TASK,
        deliverableId: 'run-1.0',
        path: 'report.md',
        version: 1,
        bytes: 8,
      })
      expect(first.sha256).toBe(createHash('sha256').update('a report').digest('hex'))
      const big = await insert(store, 'run-1.20', { content: noise(BIG) })
      expect(big).toMatchObject({ version: 2, bytes: BIG })
      expect(big.number).toBeGreaterThan(first.number)
      const other = await insert(store, 'run-1.40', { path: 'a/ü 1.bin', content: [] })
      expect(other).toMatchObject({ path: 'a/ü 1.bin', version: 1, bytes: 0 })
      const again = await openAgain()
      expect(await again.deliverables.list(TASK)).toEqual([first, big, other])
      expect(await again.deliverables.list({ ...TASK, path: 'report.md' })).toEqual([first, big])
      expect(await again.deliverables.list({ owner: 'bob' })).toEqual([])
      expect(await again.deliverables.get(big)).toEqual(big)
      expect((await contentOf(again, big)).equals(Buffer.concat([...noise(BIG)]))).toBe(true)
      expect((await contentOf(again, first)).toString()).toBe('a report')
      await refused(store.deliverables.get({ ...first, owner: 'bob' }), 'not-found')
      await refused(store.deliverables.read({ ...first, taskId: 'other' }), 'not-found')
      await backdate(GRACE_MS + 1_000)
      expect(await store.sweep()).toMatchObject({ blobs: 0 })
      await again.deliverables.delete(big)
      await again.deliverables.delete(big)
      const left = await store.deliverables.list(TASK)
      expect(left.map(({ deliverableId }) => deliverableId)).toEqual(['run-1.0', 'run-1.40'])
      expect(await countBlobs()).toBe(2)
      expect((await insert(store, 'run-1.60')).version).toBeGreaterThan(first.version)
    },
  )

  scenario('stores once what comes twice, and nothing that breaks off', async ({ store, countBlobs }) => {
    const first = await insert(store, 'run-1.0')
    const unread = (function* (): Generator<Uint8Array> {
      yield Buffer.from('a later report')
      throw new Error('nobody should read this')
    })()
    expect(await insert(store, 'run-1.0', { content: unread, path: 'other.md' })).toEqual(first)
    const broken = (async function* () {
      yield* noise(BIG)
      throw new Error('the link broke')
    })()
    await expect(insert(store, 'run-1.20', { content: broken })).rejects.toThrow('the link broke')
    const controller = new AbortController()
    controller.abort(new Error('not wanted any more'))
    await expect(insert(store, 'run-1.20', { signal: controller.signal })).rejects.toThrow(
      'not wanted any more',
    )
    for (const path of ['', '/a', 'a/../b', 'a//b', './a', 'a\nb'])
      await expect(insert(store, 'run-1.20', { path })).rejects.toThrow(TypeError)
    expect(await store.deliverables.list(TASK)).toEqual([first])
    expect(await countBlobs()).toBe(1)
  })

  scenario(
    'takes deliverables of a task only from who drives it',
    async ({ store, openAgain, countBlobs }) => {
      await refused(insert(store, 'run-1.0', { fence: 1 }), 'not-found')
      const stores = [store, await openAgain()]
      for (let n = 0; n < 8; n += 1) {
        const task = { ...TASK, taskId: `race-${n}` }
        await store.orchestrators.register({ id: `old-${n}`, lifetimeMs: 60_000 })
        await store.orchestrators.register({ id: `new-${n}`, lifetimeMs: 60_000 })
        await store.tasks.insert({ ...task, orchestrator: `old-${n}`, data: {} })
        await refused(insert(store, 'run-1.0', task), 'lease-lost')
        await store.orchestrators.retire(`old-${n}`)
        const racing = insert(inTurn(stores, n), 'run-1.0', { ...task, fence: 1 }).then(
          () => 'stored',
          (error: unknown) => (error as { readonly code: string }).code,
        )
        const other = inTurn(stores, n + 1)
        await other.tasks.adopt(task, { orchestrator: `new-${n}`, fence: 1 })
        const seen = await other.deliverables.list(task)
        const outcome = await racing
        expect(outcome).toBe(seen.length === 1 ? 'stored' : 'lease-lost')
        expect(await other.deliverables.list(task)).toEqual(seen)
        await insert(other, 'run-1.0', { ...task, fence: 2 })
        expect(await other.deliverables.list(task)).toHaveLength(1)
      }
      expect(await countBlobs()).toBe(8)
    },
  )
}
