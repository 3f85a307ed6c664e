import { expect, test } from 'vitest'
import { createTailIterator, type TailBatch } from '../src/tail-iterator.ts'

const line = (n: number) => ({ line: String(n), offset: n })
const told = (n: number) => ({ done: false, value: line(n) })

async function* batches(...all: readonly TailBatch[]): AsyncGenerator<TailBatch, void> {
  yield* all
}

test('lines of all batches come one by one, also to who asks before it was answered', async () => {
  const tail = createTailIterator([], () => batches([line(1), line(2)], [], [line(3)]))
  expect(await tail.next()).toEqual(told(1))
  expect(await Promise.all([tail.next(), tail.next(), tail.next()])).toEqual([
    told(2),
    told(3),
    { done: true, value: undefined },
  ])
  const hasty = createTailIterator([], () => batches([line(1)], [line(2), line(3)]))
  expect(await Promise.all([hasty.next(), hasty.next(), hasty.next()])).toEqual([told(1), told(2), told(3)])
})

test('of a batch only the first line is waited for', async () => {
  const tail = createTailIterator([], () => batches([line(1), line(2), line(3)], [line(4), line(5)]))
  for (const first of [1, 4]) {
    expect(await tail.next()).toEqual(told(first))
    let known: unknown
    void tail.next().then((next) => (known = next))
    await Promise.resolve()
    expect(known).toEqual(told(first + 1))
    if (first === 1) await tail.next()
  }
})

test('an abort in the middle of a batch is told before its next line', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const tail = createTailIterator([stop.signal], async function* (signal) {
    yield [line(1), line(2)]
    signal.throwIfAborted()
  })
  expect(await tail.next()).toEqual(told(1))
  stop.abort(reason)
  await expect(tail.next()).rejects.toBe(reason)
  expect(await tail.next()).toEqual({ done: true, value: undefined })
})

test('who has left is told nothing more', async () => {
  const tail = createTailIterator([], () => batches([line(1), line(2)]))
  await tail.next()
  await tail.return?.()
  expect(await tail.next()).toEqual({ done: true, value: undefined })
})
