import { describe, expect, test } from 'vitest'
import { ChannelSlots } from '../../src/ssh/channel-slots.ts'

describe('the sessions of a connection', () => {
  test('are given out up to the limit but one, the last to the urgent', async () => {
    const slots = new ChannelSlots(3)
    await slots.take(false)
    const second = await slots.take(false)
    let isThere = false
    const third = slots.take(false).then(() => (isThere = true))
    const urgent = await slots.take(true)
    second.free()
    second.free()
    await Promise.resolve()
    expect(isThere).toBe(false)
    urgent.free()
    await third
    expect(isThere).toBe(true)
  })

  test('are given in the order in which they were asked for, to the urgent first', async () => {
    const slots = new ChannelSlots(2)
    const held = [await slots.take(false), await slots.take(true)]
    const order: string[] = []
    const take = async (name: string, urgent: boolean) => {
      const slot = await slots.take(urgent)
      order.push(name)
      slot.free()
    }
    const all = [take('a', false), take('b', false), take('urgent', true)]
    for (const slot of held) slot.free()
    await Promise.all(all)
    expect(order).toEqual(['urgent', 'a', 'b'])
  })

  test('who stops waiting takes no place', async () => {
    const slots = new ChannelSlots(2)
    const held = await slots.take(false)
    const stop = new AbortController()
    const left = slots.take(false, stop.signal)
    const next = slots.take(false)
    stop.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    held.free()
    ;(await next).free()
    ;(await slots.take(false)).free()
  })

  test('a server that allows fewer is obeyed', async () => {
    const slots = new ChannelSlots(10)
    expect(slots.lower()).toBe(false)
    const first = await slots.take(false)
    const second = await slots.take(false)
    expect(slots.lower()).toBe(true)
    first.free()
    let isThere = false
    const waiting = slots.take(false).then((slot) => {
      isThere = true
      slot.free()
    })
    const urgent = await slots.take(true)
    expect(isThere).toBe(false)
    second.free()
    expect(isThere).toBe(false)
    urgent.free()
    await waiting
    expect(isThere).toBe(true)
  })

  test('a refusal for each that has just closed means nothing', async () => {
    const slots = new ChannelSlots(4)
    const refuse = async (): Promise<boolean> => {
      const slot = await slots.take(false)
      slot.free()
      return slots.lower()
    }
    const held = [await slots.take(false), await slots.take(false)]
    held[0]?.free()
    // The server still counts it: nobody waits, and nothing is learnt.
    expect(await refuse()).toBe(true)
    const again = [await slots.take(false), await slots.take(false)]
    for (const slot of [...held, ...again]) slot.free()
    for (let closed = 0; closed < 3; closed += 1) expect(await refuse()).toBe(true)
    // None is open, and none has closed since: it opens none.
    expect(await refuse()).toBe(false)
  })
})
