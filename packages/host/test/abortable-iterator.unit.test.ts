import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createAbortableIterator } from '../src/abortable-iterator.ts'

/** Counts, then waits for its signal. */
async function* counting(signal: AbortSignal, ended: () => void): AsyncGenerator<number, void> {
  try {
    yield 1
    yield 2
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    signal.throwIfAborted()
  } finally {
    ended()
  }
}

function start(signals: readonly (AbortSignal | undefined)[]) {
  const seen = { ends: 0 }
  const iterator = createAbortableIterator(signals, (signal) =>
    counting(signal, () => {
      seen.ends += 1
    }),
  )
  return { iterator, seen }
}

test('the first signal that aborts ends it with its reason, and no signal is listened to any more', async () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const { iterator, seen } = start([first.signal, undefined, second.signal])
  expect(getEventListeners(second.signal, 'abort')).toHaveLength(0)
  expect((await iterator.next()).value).toBe(1)
  expect((await iterator.next()).value).toBe(2)
  const waiting = iterator.next()
  const reason = new Error('enough')
  second.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(seen.ends).toBe(1)
  expect(getEventListeners(first.signal, 'abort')).toHaveLength(0)
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})

test('one that has aborted starts nothing', async () => {
  const reason = new Error('too late')
  const { iterator, seen } = start([AbortSignal.abort(reason)])
  await expect(iterator.next()).rejects.toBe(reason)
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
  expect(seen.ends).toBe(0)
})

test('leaving it ends a wait, and it is over', async () => {
  const stop = new AbortController()
  const { iterator, seen } = start([stop.signal])
  await iterator.next()
  await iterator.next()
  const waiting = iterator.next()
  expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(seen.ends).toBe(1)
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
})

test('leaving it before it began, or between two, ends it', async () => {
  const fresh = start([])
  await fresh.iterator.return?.()
  expect(await fresh.iterator.next()).toEqual({ done: true, value: undefined })
  const begun = start([])
  await begun.iterator.next()
  await begun.iterator.return?.()
  expect(begun.seen.ends).toBe(1)
})
