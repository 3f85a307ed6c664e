import { expect } from 'vitest'
import { KEPT_ENTRIES, MAX_BATCH, type JournalBatch } from '../store/journal.ts'
import type { Store } from '../store/store.ts'
import { inTurn, OWNER, refused, type StoreCase } from './store-contract-stage.ts'

const TASK = { owner: OWNER, taskId: 'nightly-42' }
const RUN = { ...TASK, run: 'run-1' }

async function driven(store: Store, id = 'first') {
  await store.orchestrators.register({ id, lifetimeMs: 60_000 })
  await store.tasks.insert({ ...TASK, orchestrator: id, data: {} })
  return store.journal.begin(RUN, { fence: 1 })
}

/** Lines of ten bytes each, the first at `from`. */
function batch(from: number, lines: number, fence = 1): JournalBatch {
  const entries = Array.from({ length: lines }, (_, n) => ({
    offset: from + n * 10,
    type: 'status',
    data: { 'odd.$key': n },
    state: 'pending' as const,
  }))
  return { from, next: from + lines * 10, entries, fence }
}

const idsOf = async (store: Store) => (await store.journal.read(RUN)).map(({ id }) => id)

async function adopt(store: Store, id = 'second') {
  await store.orchestrators.register({ id, lifetimeMs: 60_000 })
  await store.orchestrators.retire('first')
  await store.tasks.adopt(TASK, { orchestrator: id, fence: 1 })
}

/** What was read of an agent's log, each effect once. */
export function journalContract(scenario: StoreCase): void {
  scenario('records entries and how far the log was read in one step', async ({ store, openAgain }) => {
    expect(await store.journal.newest(TASK)).toBeUndefined()
    await refused(store.journal.record(RUN, { from: 0, next: 10, entries: [] }), 'not-found')
    const begun = await driven(store)
    expect(begun).toMatchObject({ ...RUN, next: 0, isReady: false })
    expect(begun).not.toHaveProperty('outcome')
    expect(await store.journal.record(RUN, batch(0, 3))).toMatchObject({ next: 30 })
    expect(await store.journal.record(RUN, batch(0, 3))).toMatchObject({ next: 30 })
    await refused(store.journal.record(RUN, batch(20, 3)), 'conflict')
    await refused(store.journal.record(RUN, batch(40, 1)), 'conflict')
    await store.journal.record(RUN, { from: 30, next: 95, mark: 0xffff_ffff, entries: [], fence: 1 })
    const again = await openAgain()
    expect(await again.journal.ready(RUN, { fence: 1 })).toMatchObject({ next: 95, isReady: true })
    await refused(again.journal.ready({ ...RUN, run: 'none' }, { fence: 1 }), 'not-found')
    expect(await store.journal.begin(RUN, { fence: 1 })).toMatchObject({
      next: 95,
      number: begun.number,
      mark: 0xffff_ffff,
      isReady: true,
    })
    const entries = await again.journal.read(RUN)
    expect(entries).toMatchObject([
      { ...RUN, id: '0', offset: 0, type: 'status', data: { 'odd.$key': 0 }, state: 'pending' },
      { id: '10' },
      { id: '20' },
    ])
    expect(await again.journal.read({ ...RUN, owner: 'bob' })).toEqual([])
    const newer = await again.journal.begin({ ...RUN, run: 'run-2' }, { fence: 1 })
    expect(newer.number).toBeGreaterThan(begun.number)
    expect(await store.journal.newest(TASK)).toEqual(newer)
  })

  scenario('keeps what must be told and sent until it was', async ({ store, openAgain }) => {
    await driven(store)
    await store.journal.record(RUN, batch(0, 3))
    const posted = await store.journal.post(RUN, { id: 'm.1', text: 'Hello', fence: 1 })
    expect(posted).toMatchObject({
      id: 'm.1',
      type: 'message',
      state: 'answered',
      reply: 'Hello',
      offset: 30,
    })
    expect(await store.journal.post(RUN, { id: 'm.1', text: 'Again', fence: 1 })).toEqual(posted)
    const answered = await store.journal.answer(RUN, { id: '10', reply: 'yes', fence: 1 })
    expect(answered).toMatchObject({ state: 'answered', reply: 'yes' })
    expect(await store.journal.answer(RUN, { id: '10', reply: 'no', fence: 1 })).toEqual(answered)
    await refused(store.journal.answer(RUN, { id: '11', reply: 'no', fence: 1 }), 'not-found')
    await store.journal.settle(RUN, { ids: ['0', 'none'], fence: 1 })
    const again = await openAgain()
    const open = await again.journal.read(RUN, { states: ['pending', 'answered'] })
    expect(open.map(({ id }) => id)).toEqual(['10', '20', 'm.1'])
    await again.journal.settle(RUN, { ids: ['10', 'm.1'], fence: 1 })
    await again.journal.settle(RUN, { ids: ['10', 'm.1'], fence: 1 })
    expect(await store.journal.answer(RUN, { id: '10', reply: 'no', fence: 1 })).toMatchObject({
      state: 'settled',
      reply: 'yes',
    })
    expect(await store.journal.read(RUN, { states: ['answered'] })).toEqual([])
    expect(await store.journal.read(RUN, { type: 'message' })).toMatchObject([{ id: 'm.1' }])
    expect(await store.journal.read(RUN, { limit: 2 })).toMatchObject([{ id: '20' }, { id: 'm.1' }])
    const ended = await store.journal.end(RUN, { outcome: { type: 'done' }, fence: 1 })
    expect(ended.outcome).toEqual({ type: 'done' })
    expect((await again.journal.end(RUN, { outcome: { type: 'error' }, fence: 1 })).outcome).toEqual({
      type: 'done',
    })
  })

  scenario('writes nothing for one whose task was adopted', async ({ store, openAgain }) => {
    await driven(store)
    await store.journal.record(RUN, batch(0, 2))
    await adopt(await openAgain())
    const before = await store.journal.read(RUN)
    await refused(store.journal.record(RUN, batch(20, 1)), 'lease-lost')
    await refused(store.journal.post(RUN, { id: 'm.1', text: 'Hello', fence: 1 }), 'lease-lost')
    await refused(store.journal.answer(RUN, { id: '0', reply: 'yes', fence: 1 }), 'lease-lost')
    await refused(store.journal.settle(RUN, { ids: ['0'], fence: 1 }), 'lease-lost')
    await refused(store.journal.ready(RUN, { fence: 1 }), 'lease-lost')
    await refused(store.journal.end(RUN, { outcome: {}, fence: 1 }), 'lease-lost')
    await refused(store.journal.begin({ ...RUN, run: 'late' }, { fence: 1 }), 'lease-lost')
    await refused(store.journal.begin({ ...RUN, run: 'late' }, {}), 'lease-lost')
    expect(await store.journal.read(RUN)).toEqual(before)
    expect(await store.journal.begin(RUN, { fence: 2 })).toMatchObject({ next: 20 })
    await store.journal.settle(RUN, { ids: ['0'], fence: 2 })
    await store.journal.record(RUN, batch(20, 1, 2))
    expect(await store.journal.read(RUN)).toMatchObject([{ state: 'settled' }, {}, { id: '20' }])
    await store.tasks.delete(TASK, { fence: 2 })
    expect(await store.journal.newest(TASK)).toBeUndefined()
    expect(await store.journal.read(RUN)).toEqual([])
  })

  scenario('lets nothing appear of a driver that lost its task in a race', async ({ store, openAgain }) => {
    const stores = [store, await openAgain()]
    for (let n = 0; n < 8; n += 1) {
      const task = { ...TASK, taskId: `race-${n}` }
      const run = { ...task, run: 'run-1' }
      await store.orchestrators.register({ id: `old-${n}`, lifetimeMs: 60_000 })
      await store.orchestrators.register({ id: `new-${n}`, lifetimeMs: 60_000 })
      await store.tasks.insert({ ...task, orchestrator: `old-${n}`, data: {} })
      await store.journal.begin(run, { fence: 1 })
      await store.orchestrators.retire(`old-${n}`)
      const old = inTurn(stores, n)
      const racing = Promise.allSettled([
        old.journal
          .record(run, batch(0, 3))
          .then(() => old.journal.answer(run, { id: '0', reply: 'yes', fence: 1 })),
        old.journal.post(run, { id: 'm.1', text: 'Hello', fence: 1 }),
        old.journal.begin({ ...run, run: 'late' }, { fence: 1 }),
      ])
      const other = inTurn(stores, n + 1)
      await other.tasks.adopt(task, { orchestrator: `new-${n}`, fence: 1 })
      const [newest, entries] = [await other.journal.newest(task), await other.journal.read(run)]
      const outcomes = await racing
      expect([await other.journal.newest(task), await other.journal.read(run)]).toEqual([newest, entries])
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'lease-lost' })
      const from = (await other.journal.begin(run, { fence: 2 })).next
      await other.journal.record(run, { ...batch(from, 2, 2) })
      const ids = (await other.journal.read(run, { type: 'status' })).map(({ id }) => Number(id))
      expect(ids).toEqual(Array.from({ length: from / 10 + 2 }, (_, at) => at * 10))
    }
  })

  scenario('keeps a bounded number of what is settled', async ({ store }) => {
    await store.journal.begin(RUN, {})
    const rounds = KEPT_ENTRIES / MAX_BATCH + 2
    for (let n = 0; n < rounds; n += 1) {
      const from = n * MAX_BATCH
      const entries = Array.from({ length: MAX_BATCH }, (_, at) => ({
        offset: from + at,
        type: 'status',
        data: {},
        state: from + at === 5 ? ('pending' as const) : ('settled' as const),
      }))
      await store.journal.record(RUN, { from, next: from + MAX_BATCH, entries })
    }
    const ids = await idsOf(store)
    expect(ids).toHaveLength(KEPT_ENTRIES + 1)
    expect(ids.slice(0, 2)).toEqual(['5', String(rounds * MAX_BATCH - KEPT_ENTRIES)])
  })

  scenario('refuses misuse before anything is written', async ({ store, fingerprint }) => {
    await store.journal.begin(RUN, {})
    const before = await fingerprint()
    const entry = { offset: 5, type: 'status', data: {} }
    for (const wrong of [
      { from: 0, next: 10, entries: [entry, entry] },
      { from: 0, next: 5, entries: [entry] },
      { from: 6, next: 10, entries: [entry] },
      { from: 10, next: 9, entries: [] },
    ])
      await expect(store.journal.record(RUN, wrong)).rejects.toThrow(RangeError)
    await expect(store.journal.post(RUN, { id: '7', text: 'Hello' })).rejects.toThrow(TypeError)
    await expect(store.journal.answer(RUN, { id: '5', reply: '' })).rejects.toThrow(TypeError)
    expect(await fingerprint()).toBe(before)
  })
}
