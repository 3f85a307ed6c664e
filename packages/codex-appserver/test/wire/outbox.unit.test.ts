import { describe, expect, test } from 'vitest'
import { Outbox } from '../../src/wire/outbox.ts'

/** A channel that says that a frame is gone when the test does. */
function slowPeer(maxBytes: number): { outbox: Outbox; sent: string[]; gone: (() => void)[] } {
  const sent: string[] = []
  const gone: (() => void)[] = []
  const outbox = new Outbox((text, done) => {
    sent.push(text)
    gone.push(done)
  }, maxBytes)
  return { outbox, sent, gone }
}

const never = (error: unknown): never => expect.fail(String(error))

describe('Outbox', () => {
  test('sends at once while there is room, and one that is larger than all room', () => {
    const { outbox, sent } = slowPeer(10)
    for (const text of ['1234', '5678', 'x'.repeat(100), 'held']) outbox.push(() => text, never)
    expect(sent).toEqual(['1234', '5678', 'x'.repeat(100)])
  })

  test('keeps the order of what waits, and counts bytes, not characters', () => {
    const { outbox, sent, gone } = slowPeer(4)
    for (const text of ['éé', 'a', 'bcd', 'e', 'f']) outbox.push(() => text, never)
    expect(sent).toEqual(['éé'])
    gone.shift()?.()
    expect(sent).toEqual(['éé', 'a', 'bcd'])
    gone.shift()?.()
    expect(sent).toEqual(['éé', 'a', 'bcd', 'e'])
  })

  test('does not overtake what waits although there would be room', () => {
    const { outbox, sent, gone } = slowPeer(1)
    outbox.push(() => 'a', never)
    outbox.push(() => {
      // Somebody sends while the first that waited is being written.
      outbox.push(() => 'c', never)
      return 'b'
    }, never)
    gone.shift()?.()
    gone.shift()?.()
    expect(sent).toEqual(['a', 'b', 'c'])
  })

  test('never sends what was taken back or forgotten, and does not even write it', () => {
    const { outbox, sent, gone } = slowPeer(1)
    outbox.push(() => 'a', never)
    const takeBack = outbox.push(() => expect.fail('written'), never)
    outbox.push(() => 'b', never)
    takeBack()
    takeBack()
    gone.shift()?.()
    expect(sent).toEqual(['a', 'b'])
    outbox.push(() => expect.fail('written'), never)
    outbox.clear()
    gone.shift()?.()
    expect(sent).toEqual(['a', 'b'])
  })

  test('tells what cannot be written and goes on', () => {
    const { outbox, sent, gone } = slowPeer(1)
    const failures: unknown[] = []
    const broken = new TypeError('mine')
    const push = (): unknown =>
      outbox.push(
        () => {
          throw broken
        },
        (error) => failures.push(error),
      )
    push()
    outbox.push(() => 'a', never)
    push()
    outbox.push(() => 'b', never)
    gone.shift()?.()
    expect([sent, failures]).toEqual([
      ['a', 'b'],
      [broken, broken],
    ])
  })
})
