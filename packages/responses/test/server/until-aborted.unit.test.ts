import { expect, test } from 'vitest'

import { untilAborted } from '../../src/server/until-aborted.ts'

test('passes everything on', async () => {
  const source = (async function* () {
    yield 1
    yield 2
  })()
  const seen: number[] = []
  for await (const one of untilAborted(source, new AbortController().signal)) seen.push(one)
  expect(seen).toEqual([1, 2])
})

test('ends although the source hangs', async () => {
  const stop = new AbortController()
  const hanging = (async function* () {
    yield 1
    await new Promise<never>(() => undefined)
  })()
  const items = untilAborted(hanging, stop.signal)
  expect(await items.next()).toEqual({ value: 1, done: false })
  const next = items.next()
  stop.abort(new Error('enough'))
  await expect(next).rejects.toThrow('enough')
})

test('lets the source clean up when the reader leaves', async () => {
  let cleaned = false
  const source = (async function* () {
    try {
      yield 1
      yield 2
    } finally {
      cleaned = true
    }
  })()
  for await (const one of untilAborted(source, new AbortController().signal)) if (one === 1) break
  expect(cleaned).toBe(true)
})
