import { expect } from 'vitest'
import { GRACE_MS } from '../store/store.ts'
import type { Store } from '../store/store.ts'
import { inTurn, OWNER, refused, type StoreCase } from './store-contract-stage.ts'

const KEY = { owner: OWNER, taskId: 'nightly-42' }

async function driven(store: Store, id = 'first', lifetimeMs = 10_000) {
  await store.orchestrators.register({ id, lifetimeMs, facts: { pid: 1 } })
  return store.tasks.insert({ ...KEY, orchestrator: id, data: { state: 'running' } })
}

/** What is remembered of tasks, and what happens when their orchestrator dies. */
export function taskContract(scenario: StoreCase): void {
  scenario('keeps a task and each of its changes', async ({ store, openAgain }) => {
    const task = await driven(store)
    expect(task).toMatchObject({ ...KEY, orchestrator: 'first', orphaned: false, fence: 1, version: 1 })
    await refused(store.tasks.insert({ ...KEY, orchestrator: 'first', data: {} }), 'conflict')
    const data = { 'odd.$key': ['x', null] }
    const changed = await store.tasks.change(KEY, { fence: 1, data })
    expect(changed).toMatchObject({ version: 2, data, createdAt: task.createdAt })
    await refused(store.tasks.change(KEY, { fence: 1, version: 1, data: {} }), 'conflict')
    await refused(store.tasks.change({ ...KEY, owner: 'bob' }, { fence: 1, data: {} }), 'not-found')
    expect(await (await openAgain()).tasks.get(KEY)).toEqual(changed)
    expect(await store.tasks.list({ owner: OWNER })).toEqual([changed])
    expect(await store.tasks.list({ owner: 'bob' })).toEqual([])
    expect(await store.tasks.list({ orchestrator: 'first', orphaned: false })).toEqual([changed])
    await refused(store.tasks.delete(KEY, { fence: 2 }), 'lease-lost')
    await store.tasks.delete(KEY, { fence: 1 })
    await store.tasks.delete(KEY, { fence: 1 })
    await refused(store.tasks.get(KEY), 'not-found')
  })

  scenario('loses no version of those that come together', async ({ store, openAgain }) => {
    await driven(store)
    const stores = [store, await openAgain()]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        inTurn(stores, n).tasks.change(KEY, { fence: 1, version: 1, data: { n } }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await store.tasks.get(KEY)).toMatchObject({ version: 2 })
  })

  scenario('gives a task of a dead orchestrator to one other', async ({ store, openAgain, backdate }) => {
    await driven(store)
    await backdate(20_000)
    await store.orchestrators.register({ id: 'second', lifetimeMs: 60_000 })
    await store.orchestrators.register({ id: 'third', lifetimeMs: 60_000 })
    expect(await store.tasks.list({ orphaned: true })).toMatchObject([{ taskId: KEY.taskId, orphaned: true }])
    const again = await openAgain()
    const outcomes = await Promise.allSettled([
      store.tasks.adopt(KEY, { orchestrator: 'second', fence: 1 }),
      again.tasks.adopt(KEY, { orchestrator: 'third', fence: 1 }),
    ])
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(won).toMatchObject([{ fence: 2, orphaned: false, data: { state: 'running' } }])
    await refused(store.tasks.change(KEY, { fence: 1, data: {} }), 'lease-lost')
    await refused(store.orchestrators.beat('first'), 'lease-lost')
    await store.tasks.change(KEY, { fence: 2, data: { state: 'adopted' } })
  })

  scenario('gives a task to another when its orchestrator was silent too long', async ({ store }) => {
    await driven(store, 'first', 500)
    await store.orchestrators.beat('first')
    await store.orchestrators.register({ id: 'second', lifetimeMs: 60_000 })
    const silentUntil = (await store.now()) + 500
    while ((await store.now()) <= silentUntil);
    expect(await store.tasks.adopt(KEY, { orchestrator: 'second', fence: 1 })).toMatchObject({ fence: 2 })
  })

  scenario('takes no task from an orchestrator that lives', async ({ store, backdate }) => {
    await driven(store)
    await store.orchestrators.register({ id: 'second', lifetimeMs: 60_000 })
    const adoption = { orchestrator: 'second', fence: 1 }
    await refused(store.tasks.adopt(KEY, adoption), 'leased')
    await backdate(20_000)
    await store.orchestrators.beat('first')
    await refused(store.tasks.adopt(KEY, adoption), 'leased')
    await refused(store.tasks.adopt(KEY, { ...adoption, fence: 7 }), 'lease-lost')
    await refused(store.tasks.adopt({ ...KEY, taskId: 'other' }, adoption), 'not-found')
    await store.orchestrators.retire('first')
    await store.orchestrators.retire('first')
    expect(await store.tasks.adopt(KEY, adoption)).toMatchObject({ orchestrator: 'second', fence: 2 })
  })

  scenario('believes no orchestrator that it does not know', async ({ store }) => {
    await driven(store)
    await refused(store.orchestrators.register({ id: 'first', lifetimeMs: 1_000 }), 'conflict')
    await refused(store.orchestrators.beat('unknown'), 'lease-lost')
    const unknown = { owner: OWNER, taskId: 'other', orchestrator: 'unknown', data: {} }
    await refused(store.tasks.insert(unknown), 'lease-lost')
    await store.orchestrators.retire('first')
    await refused(store.tasks.insert({ ...unknown, orchestrator: 'first' }), 'lease-lost')
    await refused(store.tasks.adopt(KEY, { orchestrator: 'unknown', fence: 1 }), 'lease-lost')
  })

  scenario('forgets orchestrators that are gone and drive nothing', async ({ store, backdate }) => {
    await driven(store)
    await store.orchestrators.register({ id: 'idle', lifetimeMs: 1_000 })
    await backdate(GRACE_MS + 20_000)
    await store.orchestrators.register({ id: 'alive', lifetimeMs: 1_000 })
    expect(await store.sweep()).toMatchObject({ orchestrators: 1 })
    const left = await store.orchestrators.list()
    expect(left).toMatchObject([
      { id: 'alive', state: 'alive' },
      { id: 'first', state: 'gone', facts: { pid: 1 } },
    ])
  })
}
