import { expect, test } from 'vitest'
import { AckWindow } from '../../src/terminal/ack-window.ts'

/** A viewer that takes so many bytes per millisecond, so far away; returns the window that it ends with. */
function settle(
  bytesPerMs: number,
  wayMs: number,
  program: 'waits in the log' | 'is held back' = 'waits in the log',
): AckWindow {
  let now = 0
  const window = new AckWindow(() => now)
  const arriving: { readonly at: number; readonly bytes: number }[] = []
  let drawn = 0
  for (; now < 20_000; now += 1) {
    // A program that is held back leaves room for what it has written but nobody has read, and nothing waits behind.
    const more = program === 'waits in the log'
    while (more ? window.room > 0 : window.size - window.inFlight > 8 * 1024 || window.inFlight < 2 * 1024) {
      if (window.room <= 0) break
      const bytes = Math.min(window.room, more ? 64 * 1024 : 4095)
      window.send(bytes, { more })
      drawn = Math.max(drawn, now) + bytes / bytesPerMs
      arriving.push({ at: drawn + wayMs, bytes })
    }
    while (arriving[0] && arriving[0].at <= now) window.acknowledge(arriving.shift()?.bytes ?? 0)
  }
  return window
}

test.each([
  ['a slow viewer nearby', 100, 1, 8 * 1024],
  ['a browser', 5_000, 2, 410 * 1024],
  ['one that takes all', 1_000_000, 0, 2 * 1024 * 1024],
])('%s has about 80 ms on its way, and 8 KiB at least', (_name, bytesPerMs, wayMs, expected) => {
  const { size } = settle(bytesPerMs, wayMs)
  expect(size).toBeGreaterThanOrEqual(expected * 0.7)
  expect(size).toBeLessThanOrEqual(expected * 1.6)
})

test.each([
  ['behind a slow link', 100, 20, 8 * 1024, 16 * 1024],
  ['a browser', 5_000, 2, 250 * 1024, 656 * 1024],
])(
  '%s: a program that is held back for it does not hide its pace',
  (_name, bytesPerMs, wayMs, least, most) => {
    const { size } = settle(bytesPerMs, wayMs, 'is held back')
    expect(size).toBeGreaterThanOrEqual(least)
    expect(size).toBeLessThanOrEqual(most)
  },
)

test.each([50, 200, 400])('a way of %i ms is filled, and stays filled', (wayMs) => {
  const { size } = settle(2_000, wayMs)
  expect(size).toBeGreaterThan(2_000 * wayMs)
  expect(size).toBeLessThan(2_000 * (wayMs + 80) * 1.1)
})

test('what was never sent is not acknowledged', () => {
  const window = new AckWindow(() => 0)
  window.send(10, { more: false })
  window.acknowledge(1_000)
  expect(window.inFlight).toBe(0)
  window.send(5, { more: false })
  expect(window.inFlight).toBe(5)
})

test('a few keys are echoed however far the viewer is', () => {
  let now = 0
  const window = new AckWindow(() => now)
  for (; now < 10_000; now += 50) {
    expect(window.room).toBeGreaterThan(100)
    window.send(10, { more: false })
    if (now >= 400) window.acknowledge(10)
  }
})
