import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InboundQueue } from '../../src/wire/inbound-queue.ts'

/** Frames named `!` settle a promise; what awaits it writes the frame's name once more after `hops` awaits. */
function record(hops: number): { queue: InboundQueue; log: string[] } {
  const log: string[] = []
  const queue = new InboundQueue((text) => {
    log.push(text)
    if (!text.startsWith('!')) return false
    void (async () => {
      for (let hop = 0; hop < hops; hop += 1) await Promise.resolve()
      log.push(`after ${text}`)
    })()
    return true
  })
  return { queue, log }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('InboundQueue', () => {
  test('lets what awaits a frame continue before the next frame, over any number of awaits', async () => {
    const frames = fc.array(fc.constantFrom('a', 'b', '!c', '!d'))
    await fc.assert(
      fc.asyncProperty(frames, fc.integer({ min: 1, max: 50 }), async (names, hops) => {
        const { queue, log } = record(hops)
        for (const name of names) queue.push(name)
        await settled()
        expect(log).toEqual(
          names.flatMap((name) => (name.startsWith('!') ? [name, `after ${name}`] : [name])),
        )
      }),
    )
  })

  test('lets frames straight through while nobody awaits', () => {
    const { queue, log } = record(1)
    queue.push('a')
    queue.push('b')
    expect(log).toEqual(['a', 'b'])
  })

  test('keeps the order when a frame arrives while others are dispatched', async () => {
    const log: string[] = []
    const queue: InboundQueue = new InboundQueue((text) => {
      log.push(text)
      if (text === 'b') queue.push('d')
      return text === 'a'
    })
    for (const name of ['a', 'b', 'c']) queue.push(name)
    await settled()
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  test('gives out what still waits when the connection has ended, once', async () => {
    const { queue, log } = record(1)
    for (const name of ['!a', 'b', '!c', 'd']) queue.push(name)
    queue.flush()
    expect(log).toEqual(['!a', 'b', '!c', 'd'])
    await settled()
    expect(log).toEqual(['!a', 'b', '!c', 'd', 'after !a', 'after !c'])
  })

  test('dispatches a hundred thousand waiting frames in linear time', async () => {
    let count = 0
    const queue = new InboundQueue(() => {
      count += 1
      return true
    })
    for (let index = 0; index < 100_000; index += 1) queue.push('!')
    await settled()
    expect(count).toBe(100_000)
  })
})
