import { setImmediate as turnOfOthers } from 'node:timers/promises'
import type { SnapshotSummary } from '@x/agents/snapshots'
import { StoreError } from '@x/agents/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SnapshotKeeper } from '../../src/session/snapshot-keeper.ts'
import {
  assertSnapshots,
  type SessionSnapshots,
  type SnapshotOutcome,
} from '../../src/session/session-snapshots.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A session without an agent, and a store that answers when it is told. */
class Stage {
  readonly outcomes: SnapshotOutcome[] = []
  readonly warnings: string[] = []
  readonly collected: object[] = []
  /** One for each that was begun. */
  readonly begun: { readonly finish: (error?: Error) => void; readonly signal: AbortSignal | undefined }[] =
    []
  readonly keeper: SnapshotKeeper
  quiet = 0
  isCollected = true
  private isIdle = true
  private readonly waiting = new Set<() => void>()

  constructor(given: Partial<SessionSnapshots> = {}) {
    const collect = (options: object): Promise<{ removed: number; bytes: number }> => {
      this.collected.push(options)
      if (!this.isCollected) return Promise.reject(new StoreError('unreachable', 'the store is down'))
      return Promise.resolve({ removed: 0, bytes: 0 })
    }
    const snapshots = { collect } as unknown as SessionSnapshots['snapshots']
    this.keeper = new SnapshotKeeper({
      given: {
        snapshots,
        owner: 'ada',
        intervalMs: 1_000,
        onOutcome: (outcome) => void this.outcomes.push(outcome),
        ...given,
      },
      take: (_, { signal }) =>
        new Promise((resolve, reject) => {
          const finish = (error?: Error): void =>
            error ? reject(error) : resolve({ taskId: 't' } as SnapshotSummary)
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
          this.begun.push({ finish, signal })
        }),
      isIdle: () => this.isIdle,
      changes: (signal) => this.changes(signal),
      onQuiet: () => void (this.quiet += 1),
      warn: (message) => void this.warnings.push(message),
    })
  }

  turn(runs: boolean): void {
    this.isIdle = !runs
    for (const wake of this.waiting) wake()
    if (!runs) this.keeper.turnEnded()
  }

  private async *changes(signal: AbortSignal): AsyncGenerator {
    while (!signal.aborted) {
      yield undefined
      await new Promise<void>((resolve) => {
        this.waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (signal.aborted) resolve()
      })
    }
  }
}

/** Lets the clock go on, and everybody do what they can do then. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  await turnOfOthers()
}

test('turns that end soon after one another have one snapshot, and there is one at a time', async () => {
  const stage = new Stage({ retention: { count: 3 } })
  stage.turn(false)
  await pass(0)
  expect(stage.begun).toHaveLength(1)
  stage.turn(false)
  stage.turn(false)
  await pass(500)
  stage.begun[0]?.finish()
  await pass(0)
  expect(stage.outcomes).toEqual([{ type: 'taken', snapshot: { taskId: 't' } }])
  expect(stage.collected).toEqual([{ owner: 'ada', taskId: 't', count: 3 }])
  expect(stage.begun).toHaveLength(1)
  await pass(500)
  expect(stage.begun).toHaveLength(2)
  // One that is asked for meanwhile comes after it.
  const asked = stage.keeper.take()
  await pass(0)
  expect(stage.begun).toHaveLength(2)
  stage.begun[1]?.finish()
  await pass(0)
  stage.begun[2]?.finish()
  await expect(asked).resolves.toEqual({ taskId: 't' })
  await pass(10_000)
  expect(stage.begun).toHaveLength(3)
})

test('a turn that begins ends the attempt, and its end begins another one', async () => {
  const stage = new Stage()
  stage.turn(true)
  const asked = stage.keeper.take()
  await pass(0)
  expect(stage.begun).toHaveLength(0)
  stage.turn(false)
  await pass(0)
  expect(stage.begun).toHaveLength(1)
  stage.turn(true)
  await pass(0)
  expect(stage.begun[0]?.signal?.aborted).toBe(true)
  expect(stage.begun).toHaveLength(1)
  stage.turn(false)
  await pass(0)
  stage.begun[1]?.finish()
  await expect(asked).resolves.toEqual({ taskId: 't' })
  expect(stage.outcomes).toEqual([])
})

test('messages that wait go on waiting for a snapshot, but not for ever', async () => {
  const stage = new Stage()
  expect(stage.keeper.mayBegin).toBe(true)
  stage.turn(false)
  expect(stage.keeper.mayBegin).toBe(false)
  await pass(0)
  stage.begun[0]?.finish()
  await pass(0)
  expect(stage.keeper.mayBegin).toBe(true)
  expect(stage.quiet).toBe(1)
  await pass(2_000)
  stage.turn(false)
  await pass(9_999)
  expect(stage.keeper.mayBegin).toBe(false)
  await pass(2)
  expect(stage.keeper.mayBegin).toBe(true)
  expect(stage.quiet).toBe(2)
})

test('one that fails is told once to the person, and tried again with growing pauses', async () => {
  const stage = new Stage()
  stage.turn(false)
  await pass(0)
  stage.begun[0]?.finish(new StoreError('unreachable', 'the store is down'))
  await pass(0)
  expect(stage.outcomes).toMatchObject([{ type: 'failed', againInMs: 5_000 }])
  expect(stage.warnings).toEqual(['No snapshot could be taken: the store is down'])
  // A turn that ends meanwhile changes nothing of that.
  stage.turn(false)
  await pass(4_999)
  expect(stage.begun).toHaveLength(1)
  await pass(1)
  stage.begun[1]?.finish(new StoreError('unreachable', 'the store is down'))
  await pass(10_000)
  expect(stage.outcomes).toMatchObject([{ againInMs: 5_000 }, { againInMs: 10_000 }])
  stage.begun[2]?.finish()
  await pass(0)
  expect(stage.outcomes.at(-1)).toMatchObject({ type: 'taken' })
  expect(stage.warnings).toHaveLength(1)
})

test('who has lost the task takes no more', async () => {
  const stage = new Stage()
  stage.turn(false)
  await pass(0)
  const error = new StoreError('lease-lost', 'it was adopted')
  stage.begun[0]?.finish(error)
  await pass(0)
  expect(stage.outcomes).toEqual([{ type: 'lost', error }])
  stage.turn(false)
  await pass(100_000)
  expect(stage.begun).toHaveLength(1)
  await stage.keeper.stop()
  await stage.keeper.takeLast()
  expect(stage.begun).toHaveLength(1)
})

test('what is due at the end is taken when the process has ended, and nothing after it', async () => {
  const stage = new Stage()
  stage.turn(false)
  await pass(0)
  const stopping = stage.keeper.stop()
  await pass(0)
  await stopping
  expect(stage.begun[0]?.signal?.aborted).toBe(true)
  expect(stage.outcomes).toEqual([])
  const last = stage.keeper.takeLast()
  await pass(0)
  stage.begun[1]?.finish()
  await last
  expect(stage.outcomes).toMatchObject([{ type: 'taken' }])
  await stage.keeper.takeLast()
  await expect(stage.keeper.take()).rejects.toMatchObject({ code: 'lost' })
  expect(stage.begun).toHaveLength(2)
})

test('none is taken by itself where they are asked for, and none without a place for them', async () => {
  const stage = new Stage({ when: 'asked' })
  stage.turn(false)
  await pass(10_000)
  expect(stage.begun).toHaveLength(0)
  expect(stage.keeper.mayBegin).toBe(true)
  const none = new SnapshotKeeper({ ...stage.keeper['options'], given: undefined })
  none.turnEnded()
  await expect(none.take()).rejects.toMatchObject({ field: 'snapshots' })
})

test('a turn that ends, or is cut, where nobody is told of it is in the last one', async () => {
  const cut = new Stage()
  cut.turn(true)
  await cut.keeper.stop()
  const last = cut.keeper.takeLast()
  cut.begun[0]?.finish()
  await last
  expect(cut.outcomes).toMatchObject([{ type: 'taken' }])
  const late = new Stage()
  await late.keeper.stop()
  late.keeper.turnEnded()
  await pass(10_000)
  expect(late.begun).toHaveLength(0)
  void late.keeper.takeLast()
  expect(late.begun).toHaveLength(1)
  const asked = new Stage({ when: 'asked' })
  asked.turn(true)
  await asked.keeper.stop()
  await asked.keeper.takeLast()
  expect(asked.begun).toHaveLength(0)
})

test('one that turns go on ending holds back the queue longer each time, and stays the only one', async () => {
  const stage = new Stage()
  stage.turn(false)
  await pass(0)
  for (const heldMs of [10_000, 20_000, 40_000]) {
    await pass(heldMs - 1)
    expect(stage.keeper.mayBegin).toBe(false)
    await pass(2)
    expect(stage.keeper.mayBegin).toBe(true)
    // A message of the queue.
    stage.turn(true)
    await pass(100_000)
    stage.turn(false)
    await pass(0)
  }
  expect(stage.begun.map(({ signal }) => signal?.aborted)).toEqual([true, true, true, false])
  stage.begun[3]?.finish()
  await pass(0)
  expect(stage.keeper.mayBegin).toBe(true)
  expect(stage.outcomes).toMatchObject([{ type: 'taken' }])
  await pass(1_000_000)
  expect(stage.begun).toHaveLength(4)
})

test('one that was asked for and serves what was due lets the queue go on', async () => {
  const stage = new Stage()
  stage.turn(true)
  const asked = stage.keeper.take()
  await pass(0)
  stage.turn(false)
  expect(stage.keeper.mayBegin).toBe(false)
  await pass(0)
  stage.begun[0]?.finish()
  await asked
  await pass(0)
  expect(stage.keeper.mayBegin).toBe(true)
  expect(stage.quiet).toBe(1)
  expect(stage.begun).toHaveLength(1)
})

test('nothing is said to the queue once it is over', async () => {
  const stage = new Stage()
  stage.turn(false)
  await pass(0)
  await stage.keeper.stop()
  await pass(100_000)
  expect(stage.quiet).toBe(0)
})

test('older ones that stay are told', async () => {
  const stage = new Stage()
  stage.isCollected = false
  stage.turn(false)
  await pass(0)
  stage.begun[0]?.finish()
  await pass(0)
  expect(stage.outcomes).toMatchObject([{ type: 'taken' }, { type: 'not-collected' }])
  expect(() => assertSnapshots({ retention: { count: 0 } } as SessionSnapshots)).toThrow(/retention.count/)
})
