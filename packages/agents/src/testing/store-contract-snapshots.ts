import { expect } from 'vitest'
import type { NewSnapshot, SnapshotKey, SnapshotPart, SnapshotRecord } from '../store/snapshot-record.ts'
import { GRACE_MS, type Store } from '../store/store.ts'
import { inTurn, noise, OWNER, refused, type StoreCase } from './store-contract-stage.ts'

const TASK = { owner: OWNER, taskId: 'nightly-42' }
const BIG = 2 * 1024 * 1024 + 3

function insert(store: Store, snapshot: Partial<NewSnapshot> = {}): Promise<SnapshotRecord> {
  const content = { archive: [Buffer.from('an archive')], manifest: [Buffer.from('a list')] }
  return store.snapshots.insert({ ...TASK, agent: 'codex', data: {}, ...content, ...snapshot })
}

async function partOf(store: Store, key: SnapshotKey, part: SnapshotPart): Promise<Buffer> {
  const { content } = await store.snapshots.read(key, part)
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A source that gives a part of itself, says so, and then waits. */
function halting() {
  let arrive = (): void => undefined
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  let goOn = (): void => undefined
  const released = new Promise<void>((resolve) => (goOn = resolve))
  const content = async function* () {
    yield* noise(BIG)
    arrive()
    await released
  }
  return { content: content(), reached, goOn }
}

/** What is kept so that a task can go on elsewhere. */
export function snapshotContract(scenario: StoreCase): void {
  scenario('keeps both parts of a snapshot, and which is the newest', async ({ store, openAgain }) => {
    expect(await store.snapshots.newest(TASK)).toBeUndefined()
    const data = { resumeRef: { 'odd.$key': ['x', null] } }
    const first = await insert(store, { data, archive: noise(BIG) })
    expect(first).toMatchObject({
      ...TASK,
      depth: 0,
      verdict: 'good',
      data,
      archiveBytes: BIG,
      manifestBytes: 6,
    })
    expect(first).not.toHaveProperty('baseId')
    const second = await insert(store, { baseId: first.snapshotId, archive: [] })
    expect(second).toMatchObject({ baseId: first.snapshotId, depth: 1, archiveBytes: 0 })
    expect(second.number).toBeGreaterThan(first.number)
    const other = await insert(store, { taskId: 'other' })
    const again = await openAgain()
    expect(await again.snapshots.get(first)).toEqual(first)
    expect(await again.snapshots.newest(TASK)).toEqual(second)
    expect(await again.snapshots.list(TASK)).toEqual([first, second])
    expect(await again.snapshots.list({ owner: OWNER })).toEqual([first, second, other])
    expect(await again.snapshots.list({ owner: 'bob' })).toEqual([])
    expect((await partOf(again, first, 'archive')).equals(Buffer.concat([...noise(BIG)]))).toBe(true)
    expect((await partOf(again, first, 'manifest')).toString()).toBe('a list')
    expect(await partOf(again, second, 'archive')).toHaveLength(0)
    expect(await store.snapshots.mark(second, 'bad')).toMatchObject({ verdict: 'bad' })
    expect(await again.snapshots.newest(TASK)).toEqual(first)
    await again.snapshots.mark(second, 'good')
    expect(await store.snapshots.newest(TASK)).toEqual(second)
    for (const stranger of [
      { ...first, owner: 'bob' },
      { ...first, taskId: 'other' },
    ]) {
      await refused(store.snapshots.get(stranger), 'not-found')
      await refused(store.snapshots.read(stranger, 'archive'), 'not-found')
      await refused(store.snapshots.mark(stranger, 'bad'), 'not-found')
      await refused(store.snapshots.hold(stranger, { forMs: 1_000 }), 'not-found')
      await store.snapshots.delete(stranger)
      await refused(insert(store, { ...stranger, baseId: first.snapshotId }), 'conflict')
    }
    expect(await store.snapshots.get(first)).toEqual(first)
  })

  scenario('keeps nothing of a snapshot whose writer fails', async ({ store, countBlobs }) => {
    const failing = function* () {
      yield* noise(BIG)
      throw new Error('the source failed')
    }
    await expect(insert(store, { archive: failing() })).rejects.toThrow('the source failed')
    await expect(insert(store, { manifest: failing() })).rejects.toThrow('the source failed')
    const stop = new AbortController()
    const { content, reached, goOn } = halting()
    const stopped = expect(insert(store, { archive: content, signal: stop.signal })).rejects.toThrow('enough')
    await reached
    expect(await store.snapshots.list(TASK)).toEqual([])
    stop.abort(new Error('enough'))
    goOn()
    await stopped
    expect(await store.snapshots.newest(TASK)).toBeUndefined()
    expect(await countBlobs()).toBe(0)
  })

  scenario('sweeps what a writer of snapshots that died has left, and only that', async (stage) => {
    const { store, openAgain, backdate, countBlobs } = stage
    const whole = await insert(store)
    for (const part of ['archive', 'manifest'] as const) {
      const dying = await openAgain()
      const { content, reached, goOn } = halting()
      const failed = expect(insert(dying, { [part]: content })).rejects.toMatchObject({ name: 'StoreError' })
      await reached
      await dying.close()
      goOn()
      await failed
    }
    await store.sweep()
    expect(await store.snapshots.list(TASK)).toEqual([whole])
    expect(await countBlobs()).toBeGreaterThan(2)
    await backdate(GRACE_MS + 1_000)
    await store.sweep()
    expect(await countBlobs()).toBe(2)
    expect((await partOf(store, whole, 'archive')).toString()).toBe('an archive')
    expect((await partOf(store, whole, 'manifest')).toString()).toBe('a list')
  })

  scenario('removes nothing that another snapshot is laid over', async ({ store, countBlobs }) => {
    const base = await insert(store)
    const middle = await insert(store, { baseId: base.snapshotId })
    const last = await insert(store, { baseId: middle.snapshotId })
    expect(last.depth).toBe(2)
    await refused(store.snapshots.delete(base), 'leased')
    await refused(store.snapshots.delete(middle), 'leased')
    await store.snapshots.mark(middle, 'bad')
    await refused(insert(store, { baseId: middle.snapshotId }), 'conflict')
    const branch = await insert(store, { baseId: base.snapshotId })
    await store.snapshots.delete(last)
    await store.snapshots.delete(last)
    await store.snapshots.delete(middle)
    await refused(store.snapshots.delete(base), 'leased')
    await store.snapshots.delete(branch)
    await store.snapshots.delete(base)
    await refused(insert(store, { baseId: base.snapshotId }), 'conflict')
    expect(await store.snapshots.list(TASK)).toEqual([])
    expect(await countBlobs()).toBe(0)
  })

  scenario('removes nothing that somebody reads', async ({ store, openAgain, backdate }) => {
    const snapshot = await insert(store)
    const again = await openAgain()
    const held = await again.snapshots.hold(snapshot, { forMs: 60_000 })
    const shorter = await store.snapshots.hold(snapshot, { forMs: 1_000 })
    expect(shorter.heldUntil).toBe(held.heldUntil)
    await refused(store.snapshots.delete(snapshot), 'leased')
    await backdate(61_000)
    expect(await store.snapshots.get(snapshot)).not.toHaveProperty('heldUntil')
    await store.snapshots.delete(snapshot)
    await refused(again.snapshots.hold(snapshot, { forMs: 1_000 }), 'not-found')
    const other = await insert(store)
    await again.snapshots.hold(other, { forMs: 60_000 })
    await store.snapshots.delete(other, { revoke: true })
    expect(await store.snapshots.list(TASK)).toEqual([])
    await refused(again.snapshots.read(snapshot, 'manifest'), 'not-found')
  })

  scenario(
    'takes snapshots of a task only from who drives it',
    async ({ store, openAgain, backdate, countBlobs }) => {
      await refused(insert(store, { fence: 1 }), 'not-found')
      await store.orchestrators.register({ id: 'first', lifetimeMs: 10_000 })
      await store.tasks.insert({ ...TASK, orchestrator: 'first', data: {} })
      await refused(insert(store), 'lease-lost')
      const before = await insert(store, { fence: 1 })
      const { content, reached, goOn } = halting()
      const late = insert(await openAgain(), { fence: 1, baseId: before.snapshotId, manifest: content })
      const lost = refused(late, 'lease-lost')
      await reached
      await backdate(20_000)
      await store.orchestrators.register({ id: 'second', lifetimeMs: 60_000 })
      await store.tasks.adopt(TASK, { orchestrator: 'second', fence: 1 })
      goOn()
      await lost
      await refused(insert(store, { fence: 1 }), 'lease-lost')
      const after = await insert(store, { fence: 2, baseId: before.snapshotId })
      expect((await store.snapshots.list(TASK)).map(({ snapshotId }) => snapshotId)).toEqual([
        before.snapshotId,
        after.snapshotId,
      ])
      expect(await countBlobs()).toBe(4)
    },
  )

  scenario('lets nothing appear of a driver that lost its task in a race', async ({ store, openAgain }) => {
    const stores = [store, await openAgain()]
    for (let n = 0; n < 12; n += 1) {
      const task = { ...TASK, taskId: `race-${n}` }
      await store.orchestrators.register({ id: `old-${n}`, lifetimeMs: 60_000 })
      await store.orchestrators.register({ id: `new-${n}`, lifetimeMs: 60_000 })
      await store.tasks.insert({ ...task, orchestrator: `old-${n}`, data: {} })
      await store.orchestrators.retire(`old-${n}`)
      const racing = Promise.allSettled([
        insert(inTurn(stores, n), { ...task, fence: 1 }),
        insert(inTurn(stores, n + 1), { ...task, fence: 1 }),
      ])
      await inTurn(stores, n + 1).tasks.adopt(task, { orchestrator: `new-${n}`, fence: 1 })
      const seen = await store.snapshots.list(task)
      const outcomes = await racing
      expect(await store.snapshots.list(task)).toEqual(seen)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'lease-lost' })
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(seen.length)
    }
  })

  scenario(
    'breaks no chain when bases go while increments come',
    async ({ store, openAgain, countBlobs }) => {
      const stores = [store, await openAgain(), await openAgain()]
      for (let n = 0; n < 12; n += 1) {
        const base = await insert(store)
        const outcomes = await Promise.allSettled([
          insert(inTurn(stores, n), { baseId: base.snapshotId }),
          inTurn(stores, n + 1).snapshots.delete(base),
          insert(inTurn(stores, n + 2), { baseId: base.snapshotId }),
          inTurn(stores, n).snapshots.delete(base),
        ])
        for (const outcome of outcomes)
          if (outcome.status === 'rejected')
            expect(['leased', 'conflict']).toContain((outcome.reason as { readonly code: string }).code)
        const left = await store.snapshots.list(TASK)
        const ids = left.map(({ snapshotId }) => snapshotId)
        expect(left.every(({ baseId }) => baseId === undefined || ids.includes(baseId))).toBe(true)
        for (const snapshot of left.toReversed()) await inTurn(stores, n).snapshots.delete(snapshot)
        expect(await countBlobs()).toBe(0)
      }
    },
  )
}
