import { openMongoServer, type MongoFixture } from '@x/fixtures'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adoptTask } from '../../src/mongo/adopt-task.ts'
import { deleteSnapshot } from '../../src/mongo/delete-snapshot.ts'
import { insertSnapshot } from '../../src/mongo/insert-snapshot.ts'
import { MongoBlobShelf } from '../../src/mongo/mongo-blob-shelf.ts'
import { collectionsOf, type MongoContext } from '../../src/mongo/mongo-context.ts'
import { openMongoStage, type MongoStage } from './mongo-stage.ts'

// What two do at once, stopped at the very step where it could go wrong.

const TASK = { owner: 'ada', taskId: 'nightly-42' }
const SNAPSHOT = {
  ...TASK,
  agent: 'agent',
  data: {},
  archive: [Buffer.from('a')],
  manifest: [Buffer.from('m')],
}

let server: MongoFixture

beforeAll(async () => {
  server = await openMongoServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** A context in which `first` happens right before a call of that name on the snapshots. */
function contextOf(stage: MongoStage, name: string, first: () => Promise<unknown>): MongoContext {
  const collections = collectionsOf(stage.db)
  const snapshots = new Proxy(collections.snapshots, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      if (key !== name) return value.bind(target) as unknown
      return async (...args: unknown[]) => {
        await first()
        return (value as (...all: unknown[]) => unknown).apply(target, args)
      }
    },
  })
  const shelf = new MongoBlobShelf(collections)
  return { ...collections, snapshots, db: stage.db, keys: stage.keys, shelf }
}

async function drivenTask({ store }: MongoStage): Promise<void> {
  await store.orchestrators.register({ id: 'first', lifetimeMs: 60_000 })
  await store.orchestrators.register({ id: 'second', lifetimeMs: 60_000 })
  await store.tasks.insert({ ...TASK, orchestrator: 'first', data: {} })
  await store.orchestrators.retire('first')
}

test('a driver that loses its task after its last look stores nothing', async () => {
  await using stage = await openMongoStage(server.url)
  await drivenTask(stage)
  const adopt = () => stage.store.tasks.adopt(TASK, { orchestrator: 'second', fence: 1 })
  const paused = contextOf(stage, 'findOneAndUpdate', adopt)
  await expect(insertSnapshot(paused, { ...SNAPSHOT, fence: 1 })).rejects.toMatchObject({
    code: 'lease-lost',
  })
  expect(await stage.store.snapshots.list(TASK)).toEqual([])
  expect(await stage.db.collection('snapshots').countDocuments()).toBe(0)
  expect(await stage.countBlobs()).toBe(0)
})

test('what was stored before the adoption ended stays', async () => {
  await using stage = await openMongoStage(server.url)
  await drivenTask(stage)
  let stored: Promise<unknown> = Promise.resolve()
  // Between the new number and the look at what is pending.
  const late = async () => {
    stored = insertSnapshot(
      contextOf(stage, '', async () => undefined),
      { ...SNAPSHOT, fence: 1 },
    )
    await stored.catch(() => undefined)
  }
  const adopted = await adoptTask(contextOf(stage, 'deleteMany', late), TASK, {
    orchestrator: 'second',
    fence: 1,
  })
  expect(adopted.fence).toBe(2)
  await expect(stored).rejects.toMatchObject({ code: 'lease-lost' })
  expect(await stage.countBlobs()).toBe(0)
})

test('a base does not go after the last look of who lays something over it', async () => {
  await using stage = await openMongoStage(server.url)
  const { snapshots } = stage.store
  const base = await snapshots.insert(SNAPSHOT)
  const refused: unknown[] = []
  const remove = () => snapshots.delete(base).catch((error: unknown) => refused.push(error))
  const paused = contextOf(stage, 'findOneAndUpdate', remove)
  const laid = await insertSnapshot(paused, { ...SNAPSHOT, baseId: base.snapshotId })
  expect(refused).toMatchObject([{ code: 'leased' }])
  expect(await snapshots.list(TASK)).toMatchObject([base, { snapshotId: laid.snapshotId, depth: 1 }])
})

test('nothing is laid over a base after the last look of who deletes it', async () => {
  await using stage = await openMongoStage(server.url)
  const { snapshots } = stage.store
  const base = await snapshots.insert(SNAPSHOT)
  const refused: unknown[] = []
  const lay = () =>
    snapshots.insert({ ...SNAPSHOT, baseId: base.snapshotId }).catch((error: unknown) => refused.push(error))
  await deleteSnapshot(contextOf(stage, 'deleteOne', lay), base)
  expect(refused).toMatchObject([{ code: 'conflict' }])
  expect(await snapshots.list(TASK)).toEqual([])
  expect(await stage.countBlobs()).toBe(0)
})

test('who reads is not too late until it is gone', async () => {
  await using stage = await openMongoStage(server.url)
  const { snapshots } = stage.store
  const base = await snapshots.insert(SNAPSHOT)
  const deleting = contextOf(stage, 'deleteOne', () => snapshots.hold(base, { forMs: 60_000 }))
  await expect(deleteSnapshot(deleting, base)).rejects.toMatchObject({ code: 'leased' })
  expect(await snapshots.newest(TASK)).toMatchObject({ snapshotId: base.snapshotId })
})

test('who dies while it deletes leaves what can be read and deleted', async () => {
  await using stage = await openMongoStage(server.url)
  const { snapshots } = stage.store
  const base = await snapshots.insert(SNAPSHOT)
  const dying = contextOf(stage, 'deleteOne', () => Promise.reject(new Error('killed')))
  await expect(deleteSnapshot(dying, base)).rejects.toThrow('killed')
  expect(await snapshots.newest(TASK)).toEqual(base)
  await expect(snapshots.insert({ ...SNAPSHOT, baseId: base.snapshotId })).rejects.toMatchObject({
    code: 'conflict',
  })
  await snapshots.hold(base, { forMs: 60_000 })
  const laid = await snapshots.insert({ ...SNAPSHOT, baseId: base.snapshotId })
  await snapshots.delete(laid)
  await snapshots.delete(base, { revoke: true })
  expect(await stage.countBlobs()).toBe(0)
})
